// Saves a file that the page made.

/** Offers a file to the user. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A name with the time, as `traffic-20261130-064250.csv`. */
export function fileName(stem: string, extension: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stem}-${stamp}.${extension}`;
}
