namespace Sillage.Storage;

/// <summary>
/// Ids for persons, and for what stands in a person's place: UUIDs of version 4, which tell neither when they were made nor
/// in what order. All other ids are of version 7 and tell both; this is the one exemption
/// (docs/adr/0107-what-is-left-of-an-erased-person.md).
/// </summary>
public static class RandomId
{
#pragma warning disable RS0030 // The one place that may.
    /// <summary>A new id, from the operating system's random numbers.</summary>
    public static Guid Create() => Guid.NewGuid();
#pragma warning restore RS0030
}
