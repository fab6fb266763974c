// Sends a file in parts, by the tus protocol (https://tus.io/protocols/resumable-upload), and goes on after a break.
const PART = 8 * 1024 * 1024;
const TRIES = 5;

const encoded = (words) => btoa(String.fromCharCode(...new TextEncoder().encode(words)));

export async function upload(file, { course, purpose = "media", token, onProgress = () => {} }) {
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, "X-Requested-With": "fetch" };
  const metadata = Object.entries({ filename: file.name, course: String(course), purpose });
  const made = await fetch("/teach/uploads", {
    method: "POST",
    headers: { ...headers, "Upload-Length": file.size, "Upload-Metadata": metadata.map(([k, v]) => `${k} ${encoded(v)}`).join(",") },
  });
  if (!made.ok) throw new Error((await made.json().catch(() => ({}))).error ?? made.statusText);
  const address = made.headers.get("Location");
  for (let sent = 0, tries = 0; sent < file.size; ) {
    try {
      const part = file.slice(sent, sent + PART);
      const answer = await fetch(address, {
        method: "PATCH",
        headers: { ...headers, "Upload-Offset": sent, "Content-Type": "application/offset+octet-stream" },
        body: part,
      });
      if (!answer.ok) throw new Error(answer.statusText);
      sent = Number(answer.headers.get("Upload-Offset"));
      tries = 0;
      onProgress(sent / file.size);
    } catch (error) {
      if (++tries > TRIES) throw error;
      await new Promise((done) => setTimeout(done, 1000 * tries));
      const where = await fetch(address, { method: "HEAD", headers }).catch(() => null);
      if (where?.ok) sent = Number(where.headers.get("Upload-Offset"));
    }
  }
  return address.split("/").pop();
}
