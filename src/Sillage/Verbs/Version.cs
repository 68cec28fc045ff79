using System.CommandLine;
using System.Reflection;
using Sillage.CommandLine;

namespace Sillage.Verbs;

/// <summary><c>sillage version</c></summary>
internal static class Version
{
    /// <summary>The program's version, without the build's commit.</summary>
    public static string Text { get; } =
        typeof(Version)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static Command Create()
    {
        var verb = new Verb("version", "Print the version.");
        verb.SetAction(_ => Console.Out.WriteLine($"Sillage {Text}"));
        return verb;
    }
}
