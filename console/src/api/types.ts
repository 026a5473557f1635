import type { components } from "./schema";

type Schemas = components["schemas"];

export type MirrorSummary = Schemas["MirrorSummary"];
export type Mirror = Schemas["MirrorAnswer"];
export type MirrorRequest = Schemas["MirrorRequest"];
export type Preview = Schemas["PreviewAnswer"];
export type Reason = Schemas["Reason"];
export type Topic = Schemas["MirroredTopic"];
export type TopicInFull = Schemas["TopicAnswer"];
export type Partition = Schemas["PartitionAnswer"];
export type Point = Schemas["Point"];
export type Change = Schemas["ChangeAnswer"];
export type Connector = Schemas["ConnectorAnswer"];
export type Task = Schemas["Task"];
export type Group = Schemas["GroupAnswer"];
export type Cluster = Schemas["ClusterAnswer"];
export type ClusterRequest = Schemas["ClusterRequest"];
export type ConnectCluster = Schemas["ConnectClusterAnswer"];
export type ConnectClusterRequest = Schemas["ConnectClusterRequest"];
export type Problem = Schemas["Problem"];
export type FieldError = Schemas["FieldError"];
