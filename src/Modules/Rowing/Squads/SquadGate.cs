using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Finds the squad that an address names; to whoever is not in it there is none.</summary>
internal sealed class SquadGate(IDatabase<RowingData> database) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var id = Guid.Parse((string)context.GetRouteValue("squad")!);
        var ct = context.RequestAborted;
        var squad = await database.ReadAsync(reader => Squad.FindAsync(reader, id, caller.Id, ct), ct);
        if (squad is null || squad.RightsOf(caller) == SquadRights.None)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<SquadRights>>(squad);
        return null;
    }
}
