// The files that public keys come in.

/** Extensions offered by the file dialog. Lockstep itself judges by content. */
export const publicKeyFileTypes = ".pem,.pub,.key,.public,.crt,.cer,.der,.csr,.txt,.json,.xml";
