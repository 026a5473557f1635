"""Answers every GET from our own tables; whatever no other route takes is a 404 problem."""

from mirroring.answering.api import Api
from mirroring.answering.gets import Gets

api = Api()
gets = Gets(api)
handler = api.handler
