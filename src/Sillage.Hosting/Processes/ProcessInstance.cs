using System.Security.Cryptography;

namespace Sillage.Hosting.Processes;

/// <summary>This process among the copies of a service: a name of its own, new at each start.</summary>
public sealed class ProcessInstance
{
    /// <summary>Eight characters that may stand anywhere in an address. It is no secret.</summary>
    public string Tag { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);
}
