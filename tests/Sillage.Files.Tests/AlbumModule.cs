using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Hosting.Modules;
using Sillage.Storage;

namespace Sillage.Files.Tests;

/// <summary>Stands for the album's tables.</summary>
public sealed class AlbumData
{
    private AlbumData() { }
}

/// <summary>A module with files: entries, each of which one account may read.</summary>
public sealed class AlbumModule : IModule
{
    public const string Path = "/api/v1/album/files";

    private static readonly Permission Send = new("album.send", Role.Researcher, Role.Member);

    public string Name => "album";

    public IReadOnlyList<Permission> Permissions => [Send];

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<AlbumData>(Name, parts: [FilesRegistration.Tables]);
        services.AddFiles<AlbumData, AlbumReaders>(Path);
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => routes.MapFiles<AlbumData>(Send, "Album");
}

public sealed class AlbumReaders : IFileReaders<AlbumData>
{
    public async Task<bool> MayReadAsync(IReader reader, Guid attachedTo, Guid account, CancellationToken ct) =>
        await reader.ScalarAsync<long>(
            "SELECT COUNT(*) FROM entry WHERE id = @Id AND reader = @Reader",
            new { Id = attachedTo, Reader = account },
            ct
        ) > 0;
}
