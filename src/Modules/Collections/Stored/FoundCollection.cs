using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>What a caller may do with a collection itself; with its records, its rules say.</summary>
[Flags]
internal enum CollectionRights
{
    None = 0,

    /// <summary>See what it is.</summary>
    Read = 1,

    /// <summary>Change and delete it, and do anything with its records.</summary>
    Change = 2,
}

/// <summary>The collection that an address names, as it was when the request came, and who asks.</summary>
internal sealed record FoundCollection(Known Known, Viewer Viewer) : IResource<CollectionRights>
{
    public CollectionPlan Plan => Known.Main;

    /// <summary>The address of its own under which it is asked for; null where it is the one that every collection has.</summary>
    public string? Path { get; private init; }

    public string Called => $"the collection '{Plan.Address}'";

    public CollectionRights RightsOf(Caller caller) =>
        ViewerOf(caller).Manages(Plan) ? CollectionRights.Read | CollectionRights.Change : CollectionRights.Read;

    /// <summary>A caller as rules see them. Whoever may not use collections, or has to set up a second factor first, is nobody to them.</summary>
    public static Viewer ViewerOf(Caller? caller) =>
        caller is null || caller.MustEnrol || !caller.Can(CollectionsPermission.Use)
            ? Viewer.Nobody
            : new Viewer(
                caller.Id,
                caller.Role,
                caller.Username,
                caller.Can(CollectionsPermission.Manage),
                caller.Can(CollectionsPermission.Declare)
            );

    /// <summary>Has a long reply ended once the collection is another, or the caller is another to it.</summary>
    public void Hold(Caller caller, IDatabase<CollectionsData> database, CollectionStore store) =>
        caller.Reply?.Hold(
            async (current, ct) =>
            {
                var known = await database.ReadAsync(r => store.FindAsync(r, Plan.Address, ct), ct);
                return ViewerOf(current) == Viewer
                    && known?.Main.Key == Plan.Key
                    && known.Main.Revision == Plan.Revision;
            }
        );

    /// <summary>What the gate found; where there is none, as on routes that are open to all, it is looked for here.</summary>
    public static async ValueTask<FoundCollection?> BindAsync(HttpContext context)
    {
        if (context.Features.Get<IResource<CollectionRights>>() is FoundCollection found)
        {
            return found;
        }

        var services = context.RequestServices;
        return await FindAsync(
                context,
                services.GetRequiredService<IDatabase<CollectionsData>>(),
                services.GetRequiredService<CollectionStore>()
            ) ?? throw new ProblemException(Problem.NotFound());
    }

    public static async Task<FoundCollection?> FindAsync(
        HttpContext context,
        IDatabase<CollectionsData> database,
        CollectionStore store
    )
    {
        var address = (string)context.GetRouteValue("collection")!;
        var ct = context.RequestAborted;
        var path = context.GetEndpoint()?.Metadata.GetMetadata<PathMetadata>()?.Path;
        if (
            await database.ReadAsync(r => store.FindAsync(r, address, ct), ct) is not { } known
            // The address may be gone, or another's, since this process has heard of it.
            || (path is not null && known.Main.Text.Path != path)
        )
        {
            return null;
        }

        context.RequestServices.GetRequiredService<RequestLog>().Add(context, known.Main.Text.InSpace);
        var form = path is null ? CollectionForm.Page : known.Main.Text.Form ?? CollectionForm.Page;
        var viewer = ViewerOf(context.Features.Get<Caller>()) with { Form = form };
        return new FoundCollection(known, viewer) { Path = path };
    }
}

/// <summary>Says of a route that it is a collection's own address.</summary>
internal sealed record PathMetadata(string Path);

/// <summary>Finds the collection that an address names.</summary>
internal sealed class CollectionGate(IDatabase<CollectionsData> database, CollectionStore store) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        if (await FoundCollection.FindAsync(context, database, store) is not { } found)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<CollectionRights>>(found);
        return null;
    }
}
