"""Answers every GET from our own tables; whatever no other route takes is a 404 problem."""

from mirroring.api.gets import Gets
from mirroring.api.routing import Api

api = Api()
gets = Gets(api)
handler = api.handler
