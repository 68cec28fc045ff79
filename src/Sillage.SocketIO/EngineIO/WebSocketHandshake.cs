using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sillage.SocketIO.Transport;

namespace Sillage.SocketIO.EngineIO;

/// <summary>
/// Turns a request into a byte stream that speaks WebSocket: the HTTP/1.1 upgrade of RFC 6455 and the HTTP/2 extended
/// CONNECT of RFC 8441. The stream itself is needed, not the framework's WebSocket over it, so that frames made once for
/// many connections can be written, and several in one write.
/// </summary>
internal static class WebSocketHandshake
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Whether the request asks for a WebSocket, well or badly.</summary>
    public static bool IsRequested(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" }
        || context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && HasToken(context.Request.Headers.Upgrade.ToString(), "websocket");

    /// <summary>Whether it asks well.</summary>
    public static bool IsValid(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.SecWebSocketVersion != "13")
        {
            return false;
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true })
        {
            return true;
        }

        Span<byte> key = stackalloc byte[16];
        return HttpMethods.IsGet(context.Request.Method)
            && HasToken(headers.Connection.ToString(), "upgrade")
            && headers.SecWebSocketKey.ToString() is { Length: 24 } text
            && Convert.TryFromBase64String(text, key, out var length)
            && length == key.Length;
    }

    /// <summary>
    /// Whether the client offers permessage-deflate in a form that the answer below accepts (RFC 7692 section 7.1): an offer
    /// that limits the server's window would have to be answered with that limit.
    /// </summary>
    public static bool OffersDeflate(HttpContext context)
    {
        var offers = context.Request.Headers.SecWebSocketExtensions.ToString();
        foreach (var part in offers.AsSpan().Split(','))
        {
            var offer = offers.AsSpan(part).Trim();
            if (
                offer.StartsWith("permessage-deflate", StringComparison.OrdinalIgnoreCase)
                && !offer.Contains("server_max_window_bits", StringComparison.OrdinalIgnoreCase)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Answers yes and takes the connection over.</summary>
    public static async ValueTask<AcceptedStream> AcceptAsync(HttpContext context, bool deflate)
    {
        if (deflate)
        {
            // No context is kept between messages on either side: each costs a little more, an idle connection nothing.
            context.Response.Headers.SecWebSocketExtensions =
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return new AcceptedStream(await connect.AcceptAsync(), context);
        }

        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        var upgrade = context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
        var stream = await upgrade.UpgradeAsync();

        // An upgrade that is not Kestrel's own (of the feature beside it) is middleware that wants to see the bytes.
        return
            upgrade is IHttpMinResponseDataRateFeature
            && context.Features.Get<IDetachableConnection>()?.TryDetach() is { } detached
            ? new AcceptedStream(detached, null)
            : new AcceptedStream(stream, context);
    }

#pragma warning disable CA5350 // SHA-1 is what RFC 6455 asks for; it proves that the server read the key, nothing more.
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350

    private static bool HasToken(string header, string token)
    {
        foreach (var part in header.AsSpan().Split(','))
        {
            if (header.AsSpan(part).Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The bytes of a WebSocket.</summary>
/// <param name="Stream">The bytes.</param>
/// <param name="Context">The request that has to last as long as they do; null where they are no longer the HTTP layer's.</param>
internal readonly record struct AcceptedStream(Stream Stream, HttpContext? Context)
{
    public bool IsDetached => Context is null;

    /// <summary>Cuts the connection.</summary>
    public void Abort()
    {
        if (Context is not null)
        {
            Context.Abort();
        }
        else
        {
            ((SocketStream)Stream).Abort();
        }
    }
}
