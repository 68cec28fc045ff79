using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Rowing.Rowers;
using Sillage.Storage;

namespace Sillage.Rowing.Logbook;

/// <summary>The rower that an address names: <c>me</c>, or the caller's own number; of others nothing is told.</summary>
internal sealed record LogbookCaller(RowerRow Row)
{
    public static ValueTask<LogbookCaller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<LogbookCaller>());
}

/// <summary>Finds the rower that an address names.</summary>
internal sealed class LogbookGate(IDatabase<RowingData> database, TimeProvider clock) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var ct = context.RequestAborted;
        var row =
            await database.ReadAsync(reader => RowerRow.FindAsync(reader, caller.Id, ct), ct)
            ?? await database.WriteAsync(unit => RowerRow.ObtainAsync(unit, caller.Id, clock.GetUtcNow(), ct), ct);
        var user = (string)context.GetRouteValue("user")!;
        if (user != "me" && user != row.Number.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            return Problem.NotFound();
        }

        context.Features.Set(new LogbookCaller(row));
        return null;
    }
}
