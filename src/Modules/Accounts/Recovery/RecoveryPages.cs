using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Addresses;
using Sillage.Hosting.Pages;

namespace Sillage.Accounts.Recovery;

/// <summary>The pages that links in mails lead to. They do nothing until a button is pressed, since programs that scan mail follow links.</summary>
internal static class RecoveryPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Page("confirm.html").Map(routes, AccountMails.ConfirmPage);
        Page("reset.html").Map(routes, AccountMails.ResetPage);
        Page("confirm.js").Map(routes, AccountMails.ConfirmPage + "/confirm.js");
        Page("reset.js").Map(routes, AccountMails.ResetPage + "/reset.js");
    }

    private static PageFile Page(string name) =>
        new(name, PageFile.Read(typeof(RecoveryPages).Assembly, "Sillage.Accounts.Recovery.Page." + name));
}
