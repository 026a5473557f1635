"""docs/openapi.json: the HTTP contract, made from the models, the errors and the routes."""
