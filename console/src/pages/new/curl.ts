import type { MirrorRequest } from "../../api/types";
import { config } from "../../state/session";

/** The same request for a shell; a secret's place is named, never the secret. */
export function curl(request: MirrorRequest): string {
  const { externalCluster } = request.sourceCluster;
  const shown = externalCluster
    ? {
        ...request,
        sourceCluster: { ...request.sourceCluster, externalCluster: { sourceConnectionProperties: "…" } },
      }
    : request;
  const body = JSON.stringify(shown, null, 2).replaceAll("'", "'\\''");
  const token = config.value?.issuer ? ` \\\n  -H "Authorization: Bearer $TOKEN"` : "";
  return `curl ${location.origin}/mirrors${token} \\\n  -H 'Content-Type: application/json' -d '${body}'`;
}
