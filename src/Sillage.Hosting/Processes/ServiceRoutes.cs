using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;

namespace Sillage.Hosting.Processes;

/// <summary>Routes for the other processes of a deployment.</summary>
public static class ServiceRoutes
{
    /// <summary>
    /// Lets only those through that bring <paramref name="credential"/> in <c>Authorization: Bearer</c>, whatever account
    /// others have. Such routes stand in no document; who brings it is not counted by limits.
    /// </summary>
    public static TBuilder RequireService<TBuilder>(this TBuilder routes, string credential)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .WithMetadata(new QuietMetadata(), new IgnoresCredentialsMetadata(), new ServiceMetadata(credential))
            .ExcludeFromDescription();
}

/// <summary>See <see cref="ServiceRoutes.RequireService"/>.</summary>
internal sealed class ServiceMetadata(string credential)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _digest = SHA256.HashData(Encoding.UTF8.GetBytes(credential));

    /// <summary>Compared by digest, so that the time it takes says nothing of how much was right.</summary>
    public bool IsBrought(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                _digest,
                SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..]))
            );
    }
}
