using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Hosting.Pages;

namespace Sillage.Accounts.Setup;

/// <summary>The page on which the first administrator is made: a form, and what to do next. It loads nothing from elsewhere.</summary>
internal static class SetupPage
{
    private static readonly PageFile Done = new("done.html", Read("done.html"));

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/setup", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .ExcludeFromDescription();
        foreach (var name in new[] { "setup.css", "setup.js" })
        {
            new PageFile(name, Read(name)).Map(routes, "/setup/" + name);
        }
    }

    internal static async Task Handle(
        HttpContext context,
        FirstAdministrator administrator,
        IOptions<AccountsOptions> options,
        CancellationToken ct
    )
    {
        if (await administrator.HasAdministratorAsync(ct))
        {
            await Done.SendAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        var minimum = options.Value.PasswordMinimumLength.ToString(CultureInfo.InvariantCulture);
        var page = Encoding
            .UTF8.GetString(Read("setup.html"))
            .Replace("{{minimum}}", minimum, StringComparison.Ordinal);
        await new PageFile("setup.html", Encoding.UTF8.GetBytes(page)).SendAsync(context);
    }

    private static byte[] Read(string name) =>
        PageFile.Read(typeof(SetupPage).Assembly, "Sillage.Accounts.Setup.Page." + name);
}
