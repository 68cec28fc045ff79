using System.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.Rowing.Verbs;

/// <summary><c>sillage rowing …</c>: the verbs of the rowing module.</summary>
internal static class RowingVerbs
{
    public static Command Create(IVerbHost host) =>
        new Verb(
            "rowing",
            "Bring in workouts that were recorded elsewhere.",
            ("sillage rowing import workouts --rower rower-1 --dry-run", "see what the files of a folder would become")
        )
        {
            ImportFolder.Create(host),
        };
}
