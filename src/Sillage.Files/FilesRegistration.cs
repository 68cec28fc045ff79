using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Files.Kinds;
using Sillage.Hosting.Settings;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>Gives modules files that people attach.</summary>
public static class FilesRegistration
{
    /// <summary>
    /// The tables of files, which a module's database takes among its parts
    /// (<see cref="StorageRegistration.AddModuleDatabase"/>): the bytes too, so that what is attached is committed, backed up and erased with
    /// what it is attached to.
    /// </summary>
    public static DatabasePart Tables { get; } = new("files", typeof(FilesRegistration).Assembly, "file_secret");

    /// <summary>Adds files to a module.</summary>
    /// <typeparam name="TModule">The marker of the module's tables.</typeparam>
    /// <typeparam name="TReaders">Says who may read them.</typeparam>
    /// <param name="services">The module's services.</param>
    /// <param name="path">Where their routes are to be: <c>/api/v1/messaging/files</c>.</param>
    public static IServiceCollection AddFiles<TModule, TReaders>(this IServiceCollection services, string path)
        where TReaders : class, IFileReaders<TModule>
    {
        services.AddSingleton(new FilePlace<TModule>(path));
        services.AddSingleton<FileLinks<TModule>>();
        services.AddSingleton<IFileReaders<TModule>, TReaders>();
        services.AddRetention<TModule>(
            FileStore.RemoveWaiting,
            provider => provider.GetRequiredService<IOptions<FilesOptions>>().Value.KeepUnattached
        );
        return services.AddFileSettings();
    }

    /// <summary>Makes the settings of files known, whether or not a module of this process has any.</summary>
    public static IServiceCollection AddFileSettings(this IServiceCollection services)
    {
        if (services.All(service => service.ServiceType != typeof(FileSettingsMarker)))
        {
            services
                .AddSingleton<FileSettingsMarker>()
                .AddSingleton(_ => new PictureLine(Math.Max(1, Environment.ProcessorCount / 2)))
                .AddSettings<FilesOptions>("Files");
        }

        return services;
    }

    /// <summary>Maps the routes of a module's files.</summary>
    /// <typeparam name="TModule">The marker of the module's tables.</typeparam>
    /// <param name="routes">The routes of the server.</param>
    /// <param name="send">Who may send files.</param>
    /// <param name="tag">Under what the document lists them.</param>
    public static void MapFiles<TModule>(this IEndpointRouteBuilder routes, Permission send, string tag)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var place = routes.ServiceProvider.GetRequiredService<FilePlace<TModule>>();
        var files = routes.MapGroup(place.Path).WithTags(tag);
        SendFile.Map<TModule>(files, send);
        ReadFile.Map<TModule>(files);
        ReadContent.Map<TModule>(files);
    }

    private sealed class FileSettingsMarker;
}
