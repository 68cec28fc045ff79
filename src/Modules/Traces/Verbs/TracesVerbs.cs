using System.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.Traces.Verbs;

/// <summary><c>sillage traces …</c>: the verbs of the traces module.</summary>
internal static class TracesVerbs
{
    public static Command Create(IVerbHost host) =>
        new Verb(
            "traces",
            "Bring in what was recorded elsewhere.",
            ("sillage traces import events.csv --study java-quest --dry-run", "see what a file would become"),
            ("sillage traces import-tsadk tsadk.db --study escape-room", "from the TSADK API's own database")
        )
        {
            ImportTraces.Create(host),
            ImportTsadk.Create(host),
        };
}
