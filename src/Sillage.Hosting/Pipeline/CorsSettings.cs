using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Pipeline;

/// <summary>Which web pages may call this server from a browser: section <c>Cors</c>. None by default.</summary>
public sealed class CorsSettings : IValidatableObject
{
    /// <summary>
    /// The origins of those pages, such as <c>https://game.example.org</c>; <c>*</c> alone for any. Default: none but this
    /// server's own.
    /// </summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>
    /// Whether those pages may act by the session cookie of whoever looks at them, as the console does: for a front end of your own on
    /// another host of the same site. Default: no. Not together with <c>*</c>.
    /// </summary>
    public bool Credentials { get; set; }

    /// <summary>Whether pages of this origin may call the server with a credential that they hold themselves.</summary>
    internal bool Allows(string origin) => Origins is ["*"] || Origins.Contains(origin);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Credentials && (Origins.Count == 0 || Origins.Contains("*")))
        {
            yield return new ValidationResult(
                "Cookies are allowed to pages of named origins only: name them in Cors:Origins, without *.",
                [nameof(Credentials)]
            );
        }

        foreach (var origin in Origins.Where(o => o != "*"))
        {
            if (
                !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.GetLeftPart(UriPartial.Authority) != origin
            )
            {
                yield return new ValidationResult(
                    $"'{origin}' is not an origin such as https://game.example.org, without a path or a slash at the end.",
                    [nameof(Origins)]
                );
            }
        }
    }
}

internal sealed class CorsPolicySetup(IOptions<CorsSettings> settings) : IConfigureOptions<CorsOptions>
{
    private static readonly string[] Exposed =
    [
        "ETag",
        "Link",
        "Location",
        "Idempotency-Replayed",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
    ];

    public void Configure(CorsOptions options) =>
        options.AddDefaultPolicy(policy =>
        {
            policy
                .AllowAnyHeader()
                .AllowAnyMethod()
                .WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(TimeSpan.FromHours(1));
            _ = settings.Value.Origins is ["*"]
                ? policy.AllowAnyOrigin()
                : policy.WithOrigins([.. settings.Value.Origins]);
            if (settings.Value.Credentials)
            {
                policy.AllowCredentials();
            }
        });
}
