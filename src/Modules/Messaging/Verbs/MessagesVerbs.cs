using System.CommandLine;
using Sillage.Hosting.Verbs;

namespace Sillage.Messaging.Verbs;

/// <summary><c>sillage messages …</c>: the verbs of the messaging module.</summary>
internal static class MessagesVerbs
{
    public static Command Create(IVerbHost host) =>
        new Verb(
            "messages",
            "Bring in rooms and messages from another chat.",
            ("sillage messages import chat.ndjson --dry-run", "see what a file would become")
        )
        {
            ImportMessages.Create(host),
        };
}
