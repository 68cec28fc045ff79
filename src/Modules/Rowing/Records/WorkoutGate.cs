using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Records;

/// <summary>Finds the workout that an address names; to whoever may not read it there is none.</summary>
internal sealed class WorkoutGate(IDatabase<RowingData> database) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var id = Guid.Parse((string)context.GetRouteValue("workout")!);
        var ct = context.RequestAborted;
        var row = await database.ReadAsync(reader => WorkoutStore.FindAsync(reader, id, ct), ct);
        if (row is null || row.RightsOf(caller) == WorkoutRights.None)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<WorkoutRights>>(row);
        return null;
    }
}
