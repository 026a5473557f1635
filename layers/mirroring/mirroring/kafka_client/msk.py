"""AWS_MSK_IAM signed for the region that a broker's name ends in, as Amazon's own client does it.

kafka-python signs for the function's region, which another region's brokers refuse.
"""

import re

from kafka.net.sasl import register_sasl_mechanism
from kafka.net.sasl.msk import AwsMskIamClient, SaslMechanismAwsMskIam

from mirroring.client_properties.security import Mechanism
from mirroring.kafka_client.failures import LoginRefusedError

_BROKER = re.compile(
    r".+\.kafka(?:-serverless)?\.([a-z]+(?:-[a-z]+)+-\d+)\.amazonaws\.(?:com|com\.cn|eu)\.?", re.I
)


def region(host: str) -> str | None:
    """The AWS region of a broker of Amazon MSK, None where its name does not tell."""
    found = _BROKER.fullmatch(host)
    return found[1].lower() if found else None


class MskIam(SaslMechanismAwsMskIam):  # type: ignore[misc]  # kafka-python carries no types
    """The exchange in the broker's region, with the function's own credentials."""

    def _build_client(self) -> AwsMskIamClient:
        where = region(self.host)
        if where is None:
            example = "b-1.….kafka.eu-west-1.amazonaws.com"
            words = f"AWS_MSK_IAM needs the broker's own name, which tells the region ({example})"
            raise LoginRefusedError(f"{words}, not {self.host}")
        credentials = self._boto_session_cls().get_credentials()
        if credentials is None:
            raise LoginRefusedError("AWS_MSK_IAM needs a role, and there are no AWS credentials")
        own = credentials.get_frozen_credentials()
        return AwsMskIamClient(self.host, own.access_key, own.secret_key, where, own.token)


register_sasl_mechanism(Mechanism.AWS_MSK_IAM.value, MskIam, overwrite=True)
