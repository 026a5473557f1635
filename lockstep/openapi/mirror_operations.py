"""The calls that make mirrors, look at them, change and remove them."""

from mirroring.contract import mirrors, requests
from mirroring.contract.leftovers import LeftAnswer
from mirroring.contract.preview import CreatedMirrorAnswer, PreviewAnswer
from mirroring.errors import (
    AliasTaken,
    BadRequest,
    ClusterUnauthorized,
    Conflict,
    IdempotencyMismatch,
    InProgress,
    KafkaUnavailable,
    MirrorExists,
    MirrorHeld,
    MirrorLoop,
    MirrorNotFound,
    MirrorOverlaps,
    StopUnsupported,
    TopicNotFound,
    UnknownCluster,
    Unprocessable,
    VersionMoved,
)

from lockstep.openapi.operation import BODY, PAGED, UNSEEN, Operation, Problems

CHANGED: Problems = (*BODY, MirrorNotFound, VersionMoved, Conflict)
MIRRORS = (
    Operation(
        "GET",
        "/mirrors",
        "List the mirrors",
        "By name, each with its status and latency, without topics and connectors. A call looks at "
        "500 mirrors at most: with filters a page may be short, even empty, and have a nextToken.",
        {200: mirrors.MirrorList},
        (BadRequest,),
        parameters=("status", "connectCluster", "alias", "source", "tag", "recent", *PAGED),
    ),
    Operation(
        "GET",
        "/mirrors/summary",
        "Count the mirrors",
        "By status and by Connect cluster, as the list would tell. A call counts at most 4,000; "
        "with a nextToken there are more, to be counted by another call and added.",
        {200: mirrors.MirrorCounts},
        (BadRequest,),
        parameters=("nextToken",),
    ),
    Operation(
        "POST",
        "/mirrors",
        "Create a mirror",
        "Answered as soon as it is written down; its connectors follow within a minute or two of "
        "Kafka Connect being able to. The status goes from CREATING to IN_SYNC by itself. The same "
        "Idempotency-Key and body give the same mirror again; 404 when it was removed since. "
        "The warnings are those of a preview; the same mirror again has none.",
        {202: CreatedMirrorAnswer},
        (
            *BODY,
            Unprocessable,
            MirrorLoop,
            AliasTaken,
            UnknownCluster,
            *UNSEEN,
            MirrorExists,
            MirrorOverlaps,
            InProgress,
            IdempotencyMismatch,
            MirrorNotFound,
            Conflict,
            KafkaUnavailable,
        ),
        body=requests.MirrorRequest,
        parameters=("Idempotency-Key",),
    ),
    Operation(
        "POST",
        "/mirrors/preview",
        "Look at what creating a mirror would do",
        "The same body and the same checks as creating it; what would refuse it is listed in "
        "problems. Nothing is created, here or in Kafka. The last letters of the connectors' names "
        "are chosen when the mirror is created.",
        {200: PreviewAnswer},
        (*BODY, KafkaUnavailable),
        body=requests.MirrorRequest,
    ),
    Operation(
        "GET",
        "/mirrors/{name}",
        "Look at a mirror",
        "As the last sample saw it, with its topics and its connectors; null where nothing was "
        "ever measured. Of more than 500 topics the 500 worst, and where the list of all goes on.",
        {200: mirrors.MirrorAnswer},
        (BadRequest, MirrorNotFound),
    ),
    Operation(
        "PATCH",
        "/mirrors/{name}",
        "Change a mirror",
        "What is left out stays as it is. Other topics are checked as a new mirror's are, and the "
        "answer tells which become mirrored and which no longer; what was mirrored stays on the "
        "target. Its connectors follow within a minute or two of Kafka Connect being able to.",
        {202: mirrors.ChangedMirrorAnswer},
        (
            *CHANGED,
            Unprocessable,
            MirrorLoop,
            AliasTaken,
            ClusterUnauthorized,
            MirrorExists,
            MirrorOverlaps,
            KafkaUnavailable,
        ),
        body=requests.MirrorChange,
        parameters=("If-Match",),
    ),
    Operation(
        "POST",
        "/mirrors/{name}/pause",
        "Pause a mirror",
        "Its tasks stay where they are and copy nothing. Nothing but a person resumes it.",
        {202: mirrors.MirrorAnswer},
        CHANGED,
        parameters=("If-Match",),
    ),
    Operation(
        "POST",
        "/mirrors/{name}/stop",
        "Stop a mirror",
        "Its tasks end; its connectors keep their configuration and their offsets. Before Kafka "
        "Connect 3.5 it is refused: pause the mirror instead.",
        {202: mirrors.MirrorAnswer},
        (*CHANGED, StopUnsupported),
        parameters=("If-Match",),
    ),
    Operation(
        "POST",
        "/mirrors/{name}/resume",
        "Resume a mirror",
        "It goes on where it was, whoever had paused or stopped its connectors.",
        {202: mirrors.MirrorAnswer},
        CHANGED,
        parameters=("If-Match",),
    ),
    Operation(
        "POST",
        "/mirrors/{name}/restart",
        "Restart a mirror's connectors",
        "What has failed of them unless told otherwise; automatic restarts are counted anew.",
        {202: mirrors.MirrorAnswer},
        (*CHANGED, MirrorHeld),
        body=requests.RestartRequest,
        needs_body=False,
        parameters=("If-Match",),
    ),
    Operation(
        "POST",
        "/mirrors/{name}/acknowledge",
        "Acknowledge what was lost",
        "A person has seen the lasting findings (DATA_LOSS, TOPIC_RECREATED, TARGET_TOPIC_RESET) "
        "up to `upTo`, the newest `since` of those; without it, until now. They stop counting "
        "with the next sample; what came later still counts.",
        {200: mirrors.MirrorAnswer},
        CHANGED,
        body=requests.AcknowledgeRequest,
        needs_body=False,
        parameters=("If-Match",),
    ),
    Operation(
        "DELETE",
        "/mirrors/{name}",
        "Remove a mirror",
        "204 when its connectors are gone, 202 while they are not. Mirrored topics and their data "
        "stay, and its changes stay readable. Repeating it is safe. With `force` the mirror is "
        "forgotten though Kafka Connect does not answer: 200 with what may still run where.",
        {200: LeftAnswer, 202: mirrors.MirrorAnswer, 204: None},
        (BadRequest, MirrorNotFound, VersionMoved, Conflict),
        parameters=("cleanup", "force", "If-Match"),
    ),
    Operation(
        "PUT",
        "/mirrors/{name}/target-latency",
        "Change a mirror's target latency",
        "The next sample judges by it.",
        {200: mirrors.MirrorAnswer},
        (*BODY, Unprocessable, MirrorNotFound, VersionMoved, Conflict),
        body=requests.TargetLatencyRequest,
        parameters=("If-Match",),
    ),
    Operation(
        "GET",
        "/mirrors/{name}/topics",
        "List a mirror's topics",
        "Those of the last sample, worst first: stale ones, then by the age of what waits. A page "
        "goes on after the last one's topic, as the topics are then.",
        {200: mirrors.TopicList},
        (BadRequest, MirrorNotFound),
        parameters=PAGED,
    ),
    Operation(
        "GET",
        "/mirrors/{name}/topics/{topic}",
        "Look at a mirrored topic",
        "Down to its partitions, as the last sample saw them. Of more than 1,000 the worst: those "
        "of which nothing is known, then by the age of what waits.",
        {200: mirrors.TopicAnswer},
        (BadRequest, MirrorNotFound, TopicNotFound),
    ),
    Operation(
        "GET",
        "/mirrors/{name}/latency",
        "Look at a mirror's history",
        "One point a sample, oldest first; the last 24 hours unless told. Of more than 1,500 "
        "each point is the worst of its span, which resolution tells: the largest of each figure. "
        "A topic of a mirror with many is told by ten minutes where the span is above 25 hours.",
        {200: mirrors.PointList},
        (BadRequest, MirrorNotFound),
        parameters=("from", "to", "topic"),
    ),
    Operation(
        "GET",
        "/mirrors/{name}/changes",
        "Look at a mirror's changes",
        "Newest first: what samples judged, what people wrote, what was repaired.",
        {200: mirrors.ChangeList},
        (BadRequest, MirrorNotFound),
        parameters=PAGED,
    ),
)
