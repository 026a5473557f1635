"""The calls that register clusters, list and forget them."""

from mirroring.contract import clusters as answers
from mirroring.contract import requests
from mirroring.errors import (
    BadRequest,
    ClusterInUse,
    ClusterNotFound,
    Conflict,
    ConnectClusterInUse,
    ConnectClusterNotFound,
    ConnectNoMirrorMaker,
    ConnectOtherGroup,
    ConnectUnreachable,
    ConnectWrongCluster,
    HostNotAllowed,
    UnknownCluster,
    VersionMoved,
)

from lockstep.openapi.operation import BODY, PAGED, UNSEEN, Operation

MATCHED = ("If-Match",)

CLUSTERS = (
    Operation(
        "GET",
        "/clusters",
        "List the Kafka clusters",
        "By name.",
        {200: answers.ClusterList},
        (BadRequest,),
        parameters=PAGED,
    ),
    Operation(
        "GET",
        "/clusters/{name}",
        "Look at a Kafka cluster",
        "As it was when it was registered last, and who uses it now.",
        {200: answers.ClusterAnswer},
        (BadRequest, ClusterNotFound),
    ),
    Operation(
        "PUT",
        "/clusters/{name}",
        "Register a Kafka cluster, or register it anew",
        "The cluster is asked for its id and brokers before anything is kept. What is left out is "
        "empty from then on, connectionProperties too. Of two at once one wins, whole.",
        {200: answers.ClusterAnswer, 201: answers.ClusterAnswer},
        (*BODY, *UNSEEN, ClusterInUse, VersionMoved, Conflict),
        body=requests.ClusterRequest,
        parameters=MATCHED,
    ),
    Operation(
        "DELETE",
        "/clusters/{name}",
        "Forget a Kafka cluster",
        "Refused while a mirror or a Connect cluster uses it.",
        {204: None},
        (BadRequest, ClusterNotFound, ClusterInUse, VersionMoved, Conflict),
        parameters=MATCHED,
    ),
    Operation(
        "GET",
        "/connect-clusters",
        "List the Connect clusters",
        "By name.",
        {200: answers.ConnectClusterList},
        (BadRequest,),
        parameters=PAGED,
    ),
    Operation(
        "GET",
        "/connect-clusters/{name}",
        "Look at a Connect cluster",
        "As it was when it was registered last, and which sources its mirrors read now.",
        {200: answers.ConnectClusterAnswer},
        (BadRequest, ConnectClusterNotFound),
    ),
    Operation(
        "PUT",
        "/connect-clusters/{name}",
        "Register a Connect cluster, or register it anew",
        "A worker is asked which Kafka cluster it works on and whether it has MirrorMaker 2 before "
        "anything is kept. What is left out is empty from then on, the password too. Workers that "
        "lack the connectors of its mirrors are refused: they are another group.",
        {200: answers.ConnectClusterAnswer, 201: answers.ConnectClusterAnswer},
        (
            *BODY,
            HostNotAllowed,
            ConnectUnreachable,
            ConnectWrongCluster,
            ConnectNoMirrorMaker,
            UnknownCluster,
            ConnectClusterInUse,
            ConnectOtherGroup,
            VersionMoved,
            Conflict,
        ),
        body=requests.ConnectClusterRequest,
        parameters=MATCHED,
    ),
    Operation(
        "DELETE",
        "/connect-clusters/{name}",
        "Forget a Connect cluster",
        "Refused while it runs a mirror.",
        {204: None},
        (BadRequest, ConnectClusterNotFound, ConnectClusterInUse, VersionMoved, Conflict),
        parameters=MATCHED,
    ),
)
