// Reads SanteDB configurations as .NET does, for tests: prints each file's endpoints, and a digest of everything else.
// Usage: mono ConfigurationReader.exe FILE... ; prints "F path", "E service contract address" and "H digest", tab-separated.
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Xml;

public static class ConfigurationReader
{
    const string Configuration = "http://santedb.org/configuration";
    const string Mobile = "http://santedb.org/mobile/configuration";
    const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    public static int Main(string[] files)
    {
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        foreach (var file in files) Read(file, output);
        output.Flush();
        return 0;
    }

    static void Read(string file, TextWriter output)
    {
        output.WriteLine("F\t" + file);
        var seen = new StringBuilder();
        var service = "";
        var rest = "";
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = false, IgnoreComments = false };
        using (var stream = File.OpenRead(file))
        using (var reader = XmlReader.Create(stream, settings))
        {
            while (reader.Read())
            {
                seen.Append('\n').Append(reader.NodeType).Append(' ').Append(reader.NamespaceURI).Append(' ').Append(reader.Name).Append(' ');
                if (reader.NodeType != XmlNodeType.Element)
                {
                    seen.Append(reader.Value);
                    if (reader.NodeType == XmlNodeType.EndElement && reader.Depth == 1) rest = "";
                    continue;
                }
                var depth = reader.Depth;
                if (depth == 1 && reader.LocalName == "section" && reader.NamespaceURI == Configuration && !reader.IsEmptyElement) rest = RestNamespace(reader);
                if (depth == 2 && rest != "" && reader.LocalName == "service" && reader.NamespaceURI == rest) service = reader.GetAttribute("name") ?? "";
                var isEndpoint = depth == 3 && rest != "" && reader.LocalName == "endpoint" && reader.NamespaceURI == rest;
                if (isEndpoint) output.WriteLine("E\t" + service + "\t" + (reader.GetAttribute("contract") ?? "") + "\t" + (reader.GetAttribute("address") ?? ""));
                for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
                {
                    var hidden = isEndpoint && reader.Name == "address";
                    seen.Append("\n  ").Append(reader.NamespaceURI).Append(' ').Append(reader.Name).Append('=').Append(hidden ? "*" : reader.Value);
                }
            }
        }
        using (var hash = SHA256.Create()) output.WriteLine("H\t" + BitConverter.ToString(hash.ComputeHash(Encoding.UTF8.GetBytes(seen.ToString()))));
    }

    // As XmlSerializer does: xsi:type is a qualified name, its prefix resolved where it stands.
    static string RestNamespace(XmlReader reader)
    {
        var type = (reader.GetAttribute("type", Instance) ?? "").Trim().Split(':');
        var name = type[type.Length - 1];
        var ns = reader.LookupNamespace(type.Length > 1 ? type[0] : "") ?? "";
        if (name == "RestConfigurationSection" && ns == Configuration) return Configuration;
        if (name == "AgsConfigurationSection" && ns == Mobile) return Mobile;
        return "";
    }
}
