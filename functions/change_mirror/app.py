"""Changes, pauses, stops, resumes, restarts and acknowledges a mirror that is there."""

from mirroring.answering.api import Api
from mirroring.answering.changes import Changes

api = Api()
changes = Changes(api)
handler = api.handler
