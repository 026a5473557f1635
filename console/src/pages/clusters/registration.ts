import { useState } from "preact/hooks";
import { ApiError, write } from "../../api/client";

interface Known {
  name: string;
  revision: number;
}

/** A registration as a dialog makes it: what the API says of each field, and the call itself. */
export function useRegistration(path: string, known: Known | undefined, close: () => void) {
  const [refused, setRefused] = useState<ApiError>();
  // A refresh behind the dialog must not take the place of what the person saw.
  const [seen] = useState(known);
  return {
    problems: (field: string) =>
      refused?.fields.filter((one) => one.field.startsWith(field)).map((one) => one.message) ?? [],
    register: async (name: string, body: unknown) => {
      try {
        await write("PUT", path, [name], body, seen ? { "if-match": `"${seen.revision}"` } : {});
        close();
      } catch (error) {
        if (error instanceof ApiError) setRefused(error);
        throw error;
      }
    },
  };
}
