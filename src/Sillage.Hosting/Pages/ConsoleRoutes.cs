using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Formats;

namespace Sillage.Hosting.Pages;

/// <summary><c>/console</c>: the shell, and the pages of the modules that run here.</summary>
internal static class ConsoleRoutes
{
    public const string Address = "/console";

    private const string Prefix = "console/";

    private static readonly Assembly Own = typeof(ConsoleRoutes).Assembly;

    /// <summary>The pages of the server itself.</summary>
    private static readonly IReadOnlyList<ConsolePage> OwnPages =
    [
        new("overview", 0, "Overview", "Vue d’ensemble") { For = [ServerPermission.ReadServer] },
        new("server", 90, "Server", "Serveur") { For = [ServerPermission.ReadServer, ServerPermission.ManageJobs] },
    ];

    /// <summary>Maps the shell, the files, and the address of each page; what is no page's is nothing.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="modules">The pages with the assembly that holds their scripts, module by module.</param>
    public static void MapConsole(
        this IEndpointRouteBuilder routes,
        IEnumerable<(Assembly Assembly, IReadOnlyList<ConsolePage> Pages)> modules
    )
    {
        (Assembly Assembly, IReadOnlyList<ConsolePage> Pages)[] all = [(Own, OwnPages), .. modules];
        foreach (var assembly in all.Where(m => m.Pages.Count > 0).Select(m => m.Assembly).Distinct())
        {
            MapFiles(routes, assembly);
        }

        var pages = all.SelectMany(m => m.Pages).OrderBy(page => page.Order).ToArray();
        var shell = new PageFile("index.html", Shell(pages));
        shell.Map(routes, Address);
        foreach (var page in pages.Where(page => page.Elsewhere is null))
        {
            shell.Map(routes, $"{Address}/{page.Name}/{{**rest}}");
            if (page.IsGivenToPeople)
            {
                routes.MapShortAddress(page.Name);
            }
        }
    }

    private static void MapFiles(IEndpointRouteBuilder routes, Assembly assembly)
    {
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (
                resource.StartsWith(Prefix, StringComparison.Ordinal)
                && !resource.EndsWith(".html", StringComparison.Ordinal)
            )
            {
                var name = resource[Prefix.Length..];
                new PageFile(name, PageFile.Read(assembly, resource)).Map(routes, $"{Address}/assets/{name}");
            }
        }
    }

    private static byte[] Shell(IReadOnlyList<ConsolePage> pages)
    {
        var list = JsonSerializer.Serialize(
            pages.Select(page => new
            {
                page.Name,
                page.English,
                page.French,
                page.Elsewhere,
                page.Counts,
                For = page.For.Select(permission => permission.Name),
            }),
            Json.Options
        );
        var html = Encoding.UTF8.GetString(PageFile.Read(Own, Prefix + "index.html"));
        return Encoding.UTF8.GetBytes(html.Replace("{{pages}}", WebUtility.HtmlEncode(list), StringComparison.Ordinal));
    }
}
