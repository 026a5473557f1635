"""DynamoDB Local: AWS's own, on 127.0.0.1 only, its tables in a folder."""

from dataclasses import dataclass
from pathlib import Path

from lockstep.local.jars import FOLDER, Jars
from lockstep.local.jvm import Jvm, start
from lockstep.local.processes import Child, Processes

HEAP_MB = 160


@dataclass(frozen=True)
class DynamoDb:
    """One DynamoDB Local and where its tables live."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Its endpoint."""
        return f"http://127.0.0.1:{self.port}"


def start_dynamodb(processes: Processes, jars: Jars, dynamodb: DynamoDb) -> Child:
    """Start DynamoDB Local; it answers about a second later.

    Its own main class listens on every address and reports to AWS, so Jetty builds the same server
    from java/dynamodb/server.xml, which does neither.
    """
    tables = dynamodb.folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    options = (f"-Dsqlite4java.library.path={jars.natives}", "--enable-native-access=ALL-UNNAMED")
    program = (
        "org.eclipse.jetty.xml.XmlConfiguration",
        f"port={dynamodb.port}",
        f"path={tables}/",
        FOLDER / "dynamodb" / "server.xml",
    )
    jvm = Jvm(jars.class_path, HEAP_MB, options)
    log = dynamodb.folder / "output.log"
    return start(processes, "DynamoDB Local", jvm, *program, log=log)
