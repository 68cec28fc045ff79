using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Collections.Apps;

/// <summary>
/// Own front ends: <c>/apps/NAME/</c> is the folder <c>apps/NAME</c> of the data folder. Scripts, styles and pictures come from here and nothing runs inline. <c>todo</c>
/// is built in, unless there is such a folder.
/// </summary>
internal static class AppFiles
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
        [".txt"] = "text/plain; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".wasm"] = "application/wasm",
    };

    private static readonly EmbeddedFileProvider BuiltIn = new(typeof(AppFiles).Assembly, "Sillage.Collections.Apps");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/apps/{app}/{**file}", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("A file of a front end of your own")
            .ExcludeFromDescription();

    private static async Task Handle(HttpContext context, string app, string? file, IOptions<StorageOptions> storage)
    {
        var folder = Path.Combine(Path.GetFullPath(storage.Value.Data), "apps");
        // What a page names is beside it only below a slash.
        if (file is null && !context.Request.Path.Value!.EndsWith('/'))
        {
            context.Response.Redirect($"{context.Request.PathBase}/apps/{Uri.EscapeDataString(app)}/");
            return;
        }

        var name = file is null or "" ? "index.html" : file;
        if (!Types.TryGetValue(Path.GetExtension(name), out var type) || Find(folder, app, name) is not { } found)
        {
            await Problem.NotFound().ExecuteAsync(context);
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        // Asked for again each time, which a tag makes cheap.
        headers.CacheControl = "no-cache";
        var tag = EntityTag.Of(Encoding.ASCII.GetBytes($"{found.LastModified.UtcTicks:x}-{found.Length:x}"));
        headers.ETag = tag;
        if (EntityTag.IsNoneMatch(context.Request.Headers.IfNoneMatch, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        EntityTag.FollowCompression(context);
        context.Response.ContentType = type;
        await using var content = found.CreateReadStream();
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    // Nothing from outside of the folder, by no name and by no link, and nothing below what begins with a dot, as a repository's own folder does.
    private static IFileInfo? Find(string folder, string app, string name)
    {
        var own = Path.Combine(folder, app);
        var parts = name.Split('/');
        if (app.AsSpan().ContainsAny('.', '/', '\\') || parts.Any(part => part is ['.', ..]))
        {
            return null;
        }

        if (Directory.Exists(own))
        {
            var path = own;
            if (parts.Any(part => new FileInfo(path = Path.Join(path, part)).LinkTarget is not null))
            {
                return null;
            }

            using var files = new PhysicalFileProvider(own);
            return files.GetFileInfo(name) is { Exists: true, IsDirectory: false } found ? found : null;
        }

        return app == "todo" && !name.Contains('/') && BuiltIn.GetFileInfo("Todo/" + name) is { Exists: true } mine
            ? mine
            : null;
    }
}
