using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;

namespace Sillage.Accounts.Setup;

/// <summary>The page on which the first administrator is made: a form, and what to do next. It loads nothing from elsewhere.</summary>
internal static class SetupPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    private static readonly byte[] Done = Read("done.html");
    private static readonly byte[] Style = Read("setup.css");
    private static readonly byte[] Script = Read("setup.js");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = routes.MapGroup("/setup").AllowAnonymous().ExcludeFromDescription();
        page.MapGet("", Show);
        page.MapGet("/setup.css", (HttpContext context) => Send(context, Style, "text/css; charset=utf-8"));
        page.MapGet("/setup.js", (HttpContext context) => Send(context, Script, "text/javascript; charset=utf-8"));
    }

    internal static async Task<IResult> Show(
        HttpContext context,
        FirstAdministrator administrator,
        IOptions<AccountsOptions> options,
        CancellationToken ct
    )
    {
        if (await administrator.HasAdministratorAsync(ct))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Send(context, Done, "text/html; charset=utf-8");
        }

        var minimum = options.Value.PasswordMinimumLength.ToString(CultureInfo.InvariantCulture);
        var page = Encoding
            .UTF8.GetString(Read("setup.html"))
            .Replace("{{minimum}}", minimum, StringComparison.Ordinal);
        return Send(context, Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8");
    }

    private static FileContentHttpResult Send(HttpContext context, byte[] content, string type)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Bytes(content, type);
    }

    private static byte[] Read(string name)
    {
        using var source = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream($"Sillage.Accounts.Setup.Page.{name}")!;
        var content = new byte[source.Length];
        source.ReadExactly(content);
        return content;
    }
}
