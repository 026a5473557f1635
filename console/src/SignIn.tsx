import { config, signIn, signInFailure } from "./state/session";

/** For who is not signed in yet; what the issuer refused is told. */
export function SignIn() {
  const ready = config.value?.clientId !== undefined;
  return (
    <section class="sign-in">
      <h1>Sign in to see your mirrors</h1>
      {signInFailure.value && (
        <p class="notice tone-bad" role="alert">
          The sign-in did not work: {signInFailure.value}
        </p>
      )}
      {ready ? (
        <button type="button" class="primary" onClick={() => void signIn()}>
          Sign in
        </button>
      ) : (
        <p>
          This stack takes tokens of {config.value?.issuer}, and the console has no client there: set the
          parameter <code>ConsoleClientId</code> of template.yaml.
        </p>
      )}
    </section>
  );
}
