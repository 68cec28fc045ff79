using System.CommandLine;
using Sillage.Hosting.Verbs;
using Sillage.Storage;

namespace Sillage.Verbs;

/// <summary><c>sillage version</c></summary>
internal static class Version
{
    public static Command Create()
    {
        var verb = new Verb("version", "Print the version and the commit that it was built from.");
        verb.SetAction(_ => Console.Out.WriteLine($"Sillage {ProgramVersion.Current}"));
        return verb;
    }
}
