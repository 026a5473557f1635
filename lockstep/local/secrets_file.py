"""Secrets Manager's secrets, kept over a restart in a file that only its owner reads."""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.backends import get_backend

OWNER_ONLY = 0o600


@dataclass
class SecretsFile:
    """Where moto's secrets of one account and region are kept."""

    path: Path
    account: str
    region: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def save(self) -> None:
        """Write all secrets; an earlier file stays whole until the new one is."""
        with self._lock:
            alive = [one for one in self._backend().secrets.values() if not one.is_deleted()]
            content = json.dumps({one.name: one.secret_string for one in alive})
            draft = self.path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            with os.fdopen(
                os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "w"
            ) as file:
                file.write(content)
            draft.replace(self.path)

    def load(self) -> None:
        """Give moto the secrets of the file, if there is one."""
        if not self.path.exists():
            return
        for name, value in json.loads(self.path.read_text()).items():
            self._backend().create_secret(name, value, None, None, None, None, None, [], False)

    def _backend(self) -> Any:
        return get_backend("secretsmanager")[self.account][self.region]
