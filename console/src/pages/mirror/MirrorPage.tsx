export function MirrorPage({ name }: { name: string }) {
  return <h1>{name}</h1>;
}
