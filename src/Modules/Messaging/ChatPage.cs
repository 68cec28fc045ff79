using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Pages;

namespace Sillage.Messaging;

/// <summary>
/// <c>/chat</c>, where people talk; each room is below. What it is made of is at the console's addresses, as other pages' parts are
/// (docs/adr/0163-the-chat-page.md).
/// </summary>
internal static class ChatPage
{
    public const string Address = "/chat";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = new PageFile("chat.html", PageFile.Read(typeof(ChatPage).Assembly, "console/chat.html"));
        page.Map(routes, Address + "/{**room}");
    }
}
