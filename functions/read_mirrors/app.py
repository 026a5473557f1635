"""Answers every GET from our own tables; whatever no other route takes is a 404 problem."""

from mirroring.api import Api
from mirroring.gets import Gets

api = Api()
gets = Gets(api)
handler = api.handler
