using Sillage.Hosting.SocketIO;
using Sillage.Rowing.Training;
using Sillage.SocketIO;

namespace Sillage.Rowing;

/// <summary>The namespace <c>/rowing</c>: squads on ergs, as they are shown by server-sent events.</summary>
internal static class RowingNamespace
{
    public static LiveDocument Document() =>
        new(SquadWatches.Namespace, "Squads on ergs, side by side with /api/v1/squads/{squad}/live.");

    public static void Define(SocketIOBuilder live, LiveDocument document)
    {
        var rowing = live.Of(SquadWatches.Namespace)
            .RequireAuthorization(RowingPermission.Read.Name)
            // Whoever comes back says again what to watch, and is shown how it is now.
            .UseRecovery(null)
            .OnDisconnect((ClientSocket socket, SquadWatches watches) => watches.OnDisconnected(socket));
        WatchSquad.Map(new LiveEvents(rowing, document, "squad", "The id of a squad."));
    }
}
