"""What the template tells a function, read once from its environment."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict

NEEDED = "{name} is not in this function's environment: give it one in template.yaml"


class Settings(BaseModel):
    """The environment of one function; a function that never needs a value may lack it."""

    model_config = ConfigDict(
        frozen=True, alias_generator=str.upper, populate_by_name=True, hide_input_in_errors=True
    )

    mirrors_table: str = ""
    history_table: str = ""
    alerts_topic_arn: str = ""
    samples_queue_url: str = ""
    secrets_prefix: str = ""
    activity_window_s: int = 300
    metrics_by_mirror: bool = False
    allowed_hosts: str = ""
    allow_loopback: bool = False
    powertools_service_name: str = "lockstep"
    powertools_metrics_namespace: str = "Lockstep"
    log_level: str = "INFO"
    aws_lambda_function_name: str = ""
    aws_lambda_function_version: str = ""

    def needed(self, name: str) -> str:
        """A setting that the caller cannot do without; raises LookupError with what to do."""
        value = str(getattr(self, name))
        if not value:
            raise LookupError(NEEDED.format(name=name.upper()))
        return value


@cache
def settings() -> Settings:
    """The settings of this process; raises pydantic's ValidationError where one does not read."""
    return Settings.model_validate(os.environ)
