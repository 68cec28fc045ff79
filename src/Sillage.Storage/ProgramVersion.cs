using System.Reflection;

namespace Sillage.Storage;

/// <summary>The version of the program that runs: <c>0.2.217+1a2b3c4</c>, or <c>0.2.0-local</c> where it was built without git.</summary>
public static class ProgramVersion
{
    /// <summary>As it is stamped on the executable, the one assembly that knows its commit.</summary>
    public static string Current { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "unknown";
}
