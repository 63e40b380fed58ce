// RSA.ImportFromPem as .NET 5 and newer have it, for Mono, which lacks it: a private key in PKCS #8 or PKCS #1.
namespace System.Security.Cryptography
{
    public static class ImportFromPemShim
    {
        public static void ImportFromPem(this RSA key, string pem)
        {
            bool pkcs8 = pem.Contains("-----BEGIN PRIVATE KEY-----");
            string label = pkcs8 ? "PRIVATE KEY" : "RSA PRIVATE KEY";
            int from = pem.IndexOf("-----BEGIN " + label + "-----");
            if (from < 0) throw new ArgumentException("No PEM-encoded private key.");
            from += label.Length + 16;
            Der der = new Der(Convert.FromBase64String(pem.Substring(from, pem.IndexOf("-----END", from) - from)));
            if (pkcs8)
            {
                // PrivateKeyInfo: version, algorithm, and the RSAPrivateKey in an OCTET STRING.
                Der info = new Der(der.Next());
                info.Next();
                info.Next();
                der = new Der(info.Next());
            }
            Der parts = new Der(der.Next());
            parts.Next();
            byte[] modulus = parts.Unsigned(0);
            int half = (modulus.Length + 1) / 2;
            key.ImportParameters(new RSAParameters
            {
                Modulus = modulus, Exponent = parts.Unsigned(0), D = parts.Unsigned(modulus.Length),
                P = parts.Unsigned(half), Q = parts.Unsigned(half), DP = parts.Unsigned(half), DQ = parts.Unsigned(half), InverseQ = parts.Unsigned(half),
            });
        }

        private class Der
        {
            private readonly byte[] bytes;
            private int at;

            public Der(byte[] bytes) { this.bytes = bytes; }

            public byte[] Next()
            {
                at++;
                int length = bytes[at++];
                if (length > 127)
                {
                    int octets = length - 128;
                    length = 0;
                    while (octets-- > 0) length = length * 256 + bytes[at++];
                }
                byte[] value = new byte[length];
                Array.Copy(bytes, at, value, 0, length);
                at += length;
                return value;
            }

            /// An INTEGER without its sign, with zeros before it up to the size wanted.
            public byte[] Unsigned(int size)
            {
                byte[] value = Next();
                int zeros = 0;
                while (zeros < value.Length - 1 && value[zeros] == 0) zeros++;
                int length = value.Length - zeros;
                byte[] result = new byte[Math.Max(size, length)];
                Array.Copy(value, zeros, result, result.Length - length, length);
                return result;
            }
        }
    }
}
