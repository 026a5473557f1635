"""Changes, pauses, stops, resumes, restarts and acknowledges a mirror that is there."""

from mirroring.api.changes import Changes
from mirroring.api.routing import Api

api = Api()
changes = Changes(api)
handler = api.handler
