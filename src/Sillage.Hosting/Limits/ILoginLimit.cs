using System.Net;
using Sillage.Api.Problems;

namespace Sillage.Hosting.Limits;

/// <summary>How many passwords one network may try: the bucket <c>login</c>.</summary>
public interface ILoginLimit
{
    /// <summary>Pays for a try before anything is computed, so that many at once and those broken off count too.</summary>
    /// <exception cref="ProblemException">429: the network has none left.</exception>
    void Pay(IPAddress? client);

    /// <summary>Gives back what was paid for a password that was right.</summary>
    void GiveBack(IPAddress? client);
}
