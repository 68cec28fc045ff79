using System.Net;
using Sillage.Hosting.Settings;

namespace Sillage.CommandLine;

/// <summary>What may stand in the setting <c>Urls</c>.</summary>
internal static class ListenAddress
{
    private static readonly string[] Everywhere = ["*", "+"];

    /// <summary>
    /// Gives the addresses back if each is one. Kestrel by itself takes any other host name for "every interface", which
    /// would open to the network what was meant for one name.
    /// </summary>
    /// <param name="urls">The setting.</param>
    /// <param name="hasCertificate">Whether there is a certificate to speak TLS with.</param>
    /// <exception cref="SettingsException">One of them is not an address to listen on.</exception>
    public static string[] Check(string urls, bool hasCertificate)
    {
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (addresses.Length == 0)
        {
            throw Wrong(urls, "it names no address");
        }

        foreach (var address in addresses)
        {
            CheckOne(address, hasCertificate);
        }

        return addresses;
    }

    private static void CheckOne(string address, bool hasCertificate)
    {
        var isTls = address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        if (isTls && !hasCertificate)
        {
            throw Wrong(address, "TLS needs a certificate, in the setting Tls:Certificate (docs/guide/tls.md)");
        }

        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            throw Wrong(address, "it is not of the form http://HOST:PORT");
        }

        if (!isTls && !parsed.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(address, "it does not begin with http:// or https://");
        }

        if (parsed.Port is < 0 or > IPEndPoint.MaxPort)
        {
            throw Wrong(address, "ports go from 0 to 65535");
        }

        var host = parsed.Host.Trim('[', ']');
        var known =
            host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || Everywhere.Contains(host)
            || IPAddress.TryParse(host, out _);
        if (!known)
        {
            throw Wrong(address, "the host is an IP address, localhost, or * for every interface");
        }
    }

    private static SettingsException Wrong(string address, string why) =>
        new($"The setting Urls cannot be '{address}': {why}. Such as http://localhost:8000.");
}
