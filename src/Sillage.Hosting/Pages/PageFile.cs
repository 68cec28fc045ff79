using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Replies;

namespace Sillage.Hosting.Pages;

/// <summary>
/// A file of a page, embedded in an assembly. It may load scripts, styles, images and frames from this server and nothing else, runs nothing
/// inline, is shown in no frame, and is asked for again each time, which a tag makes cheap: a new version is there at once.
/// </summary>
public sealed class PageFile
{
    // lit makes its templates through a policy of this name; nothing else may turn text into markup.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types lit-html";

    private readonly byte[] _content;
    private readonly string _type;
    private readonly string _tag;

    /// <summary>A file of this content; its type is told by the end of its name.</summary>
    public PageFile(string name, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(content);
        _content = content;
        _type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".json" => "application/json; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => throw new ArgumentException($"'{name}' is of no type that a page has.", nameof(name)),
        };
        _tag = EntityTag.Of(content);
    }

    /// <summary>The resource of this name.</summary>
    public static byte[] Read(Assembly assembly, string resource)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        using var source =
            assembly.GetManifestResourceStream(resource)
            ?? throw new ArgumentException($"There is no resource '{resource}'.", nameof(resource));
        var content = new byte[source.Length];
        source.ReadExactly(content);
        return content;
    }

    /// <summary>Serves it to everybody: pages hold nothing that is anybody's.</summary>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder routes, string pattern) =>
        routes
            .MapGet(pattern, (HttpContext context) => SendAsync(context))
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("A page, or what it is made of")
            .ExcludeFromDescription();

    /// <summary>Sends it.</summary>
    public async Task SendAsync(HttpContext context, int status = StatusCodes.Status200OK)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-cache";
        headers.ETag = _tag;
        if (status == StatusCodes.Status200OK && EntityTag.IsNoneMatch(context.Request.Headers.IfNoneMatch, _tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        EntityTag.FollowCompression(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = _type;
        context.Response.ContentLength = _content.Length;
        await context.Response.BodyWriter.WriteAsync(_content, context.RequestAborted);
    }
}
