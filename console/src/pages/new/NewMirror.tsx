export function NewMirror() {
  return <h1>New mirror</h1>;
}
