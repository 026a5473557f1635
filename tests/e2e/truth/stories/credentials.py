"""Who may read the source: a topic without READ, a password that changed, one that is wrong."""

from datetime import timedelta

from kafka.admin import ACLOperation
from mirroring.observation import Code, Observation, Status
from pydantic import SecretStr

from tests.e2e.truth.stage import Stage, Story, has, is_, topic_of
from tests.e2e.truth.stories.links import TARGET_MS, says_running
from tests.e2e.truth.users import Users

FIRST, SECOND = "opens-nothing", "opens-nothing-either"
OLD = timedelta(minutes=10)
LOGIN = "source.cluster.sasl.jaas.config"
PLAIN = {Code.PLAIN_SECRETS}
FINE = is_(Status.IN_SYNC, *PLAIN)
SEE = (ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS)


def a_topic_without_read_is_stalled_and_the_other_one_keeps_its_figures(
    stage: Stage,
) -> Story:
    opened, closed = stage.topic("open"), stage.topic("closed")
    stage.right |= PLAIN
    users = _user(stage, "reader", opened, closed)
    users.allow("reader", opened, ACLOperation.READ)
    stage.make(target_latency=TARGET_MS, external=users.properties("reader", FIRST))
    stage.flow(opened)
    yield from stage.until(FINE, "in sync at first")
    stage.flow(closed)
    stage.right = {Code.STALLED, Code.LATENCY_ABOVE_TARGET, *PLAIN}
    stage.fault()
    seen = yield from stage.until(has(Status.OUT_OF_SYNC, Code.STALLED), "stalled", within=5)
    stage.detected("no READ on one topic, though DESCRIBE (ACL)")
    for _ in range(3):
        assert says_running(seen)
        assert {one.topic for one in seen.reasons if one.code not in PLAIN} == {closed}
        flowing = topic_of(seen, opened)
        assert (flowing.average_latency or 0) < TARGET_MS and (flowing.average_rate or 0) > 5
        seen = yield
    users.allow("reader", closed, ACLOperation.READ)
    yield from stage.until(FINE, "in sync once it may read")


def a_changed_password_is_named_once_the_connector_restarts(stage: Stage) -> Story:
    topic = stage.topic()
    stage.right |= PLAIN
    users = _user(stage, "rotated", topic)
    users.allow("rotated", topic, ACLOperation.READ)
    stage.make(target_latency=TARGET_MS, external=users.properties("rotated", FIRST), age=OLD)
    stage.flow(topic)
    yield from stage.until(FINE, "in sync at first")
    users.set_password("rotated", SECOND)
    yield from stage.steady(FINE, "in sync over the connections that there are", 3)
    stage.world.connect.restart(stage.connector)
    stage.fault()
    stage.right = {
        Code.STALLED,
        Code.LATENCY_ABOVE_TARGET,
        Code.NO_TASKS,
        Code.SOURCE_UNAUTHORIZED,
        *PLAIN,
    }
    refused = has(Status.OUT_OF_SYNC, Code.STALLED, Code.SOURCE_UNAUTHORIZED)
    yield from stage.until(refused, "refused", within=6)
    stage.detected("source password changed, connector restarted")
    yield from stage.until(_has_no_tasks, "without tasks")
    secret = stage.world.connections.vault
    properties = users.properties("rotated", SECOND)
    text = "".join(f"{key}={value}\n" for key, value in properties.items())
    secret.put_mirror_properties(stage.mirror.name, SecretStr(text))
    stage.world.turn(stage.mirror, {LOGIN: properties["sasl.jaas.config"]})
    yield from stage.until(FINE, "in sync with the new password")
    stage.right = PLAIN
    yield from stage.steady(FINE, "in sync", 2)


def a_wrong_password_in_connect_alone_leaves_it_without_tasks(stage: Stage) -> Story:
    topic = stage.topic()
    stage.right |= PLAIN
    users = _user(stage, "doubted", topic)
    users.allow("doubted", topic, ACLOperation.READ)
    wrong = users.properties("doubted", "wrong")["sasl.jaas.config"]
    stage.make(external=users.properties("doubted", FIRST), age=OLD)
    stage.world.turn(stage.mirror, {LOGIN: wrong})
    stage.right = {Code.NO_TASKS, *PLAIN}
    stage.fault()
    yield from stage.until(has(Status.OUT_OF_SYNC, Code.NO_TASKS), "without tasks")
    stage.detected("wrong source password in the connector alone")
    stage.right = {Code.NO_TASKS, *PLAIN}
    right = users.properties("doubted", FIRST)["sasl.jaas.config"]
    stage.world.turn(stage.mirror, {LOGIN: right})
    yield from stage.until(FINE, "in sync with the right one")


def _user(stage: Stage, name: str, *topics: str) -> Users:
    """A new user who may see these topics."""
    users = Users(stage.world)
    users.set_password(name, FIRST)
    for topic in topics:
        users.allow(name, topic, *SEE)
    return users


def _has_no_tasks(seen: Observation) -> bool:
    return Code.NO_TASKS in {one.code for one in seen.reasons}


STORIES = (
    a_topic_without_read_is_stalled_and_the_other_one_keeps_its_figures,
    a_changed_password_is_named_once_the_connector_restarts,
    a_wrong_password_in_connect_alone_leaves_it_without_tasks,
)
