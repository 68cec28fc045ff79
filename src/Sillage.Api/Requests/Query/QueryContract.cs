using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Sillage.Api.Problems;
using Sillage.Api.Requests.Reading;

namespace Sillage.Api.Requests.Query;

/// <summary>
/// What an endpoint takes in its query and route: known from the handler's plain parameters and from
/// <see cref="QueryParameterMetadata"/>. Found once for each endpoint.
/// </summary>
internal sealed class QueryContract
{
    private static readonly ConditionalWeakTable<Endpoint, QueryContract> Known = [];

    private readonly Dictionary<string, PlainParameter> _query = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<PlainParameter> _route = [];
    private readonly List<string> _prefixes = [];
    private readonly bool _isClosed;

    private QueryContract(Endpoint endpoint)
    {
        var routeNames = (endpoint as RouteEndpoint)
            ?.RoutePattern.Parameters.Select(p => p.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var binding in endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>())
        {
            AddPlain(binding, routeNames ?? []);
        }

        var described = endpoint.Metadata.GetOrderedMetadata<QueryParameterMetadata>();
        foreach (var parameter in described)
        {
            if (parameter.Name.EndsWith(".*", StringComparison.Ordinal))
            {
                _prefixes.Add(parameter.Name[..^1]);
            }
            else
            {
                _query.TryAdd(parameter.Name, PlainParameter.Text(parameter.Name));
            }
        }

        // Endpoints of the framework (documents, health) take what they take.
        _isClosed = described.Count > 0 || endpoint.Metadata.GetMetadata<MethodInfo>() is not null;
    }

    /// <summary>The contract of an endpoint.</summary>
    public static QueryContract Of(Endpoint endpoint) => Known.GetValue(endpoint, static e => new QueryContract(e));

    /// <summary>Null if all is as it should be; else everything that is wrong.</summary>
    public Problem? Check(HttpRequest request)
    {
        foreach (var parameter in _route)
        {
            if (request.RouteValues[parameter.Name] is string value && !parameter.Takes(value))
            {
                return Problem.BadRequest(
                    $"'{parameter.Name}' in the address is not valid. {parameter.Expectation} is expected."
                );
            }
        }

        List<FieldError>? errors = null;
        if (_isClosed && request.QueryString.HasValue)
        {
            foreach (var (name, values) in request.Query)
            {
                if (CheckOne(name, values) is { } error)
                {
                    (errors ??= []).Add(new FieldError("?" + name, error));
                }
            }
        }

        foreach (var parameter in _query.Values)
        {
            if (parameter.IsRequired && !request.Query.ContainsKey(parameter.Name))
            {
                (errors ??= []).Add(
                    new FieldError("?" + parameter.Name, $"Is missing. {parameter.Expectation} is expected.")
                );
            }
        }

        return errors is null
            ? null
            : Problem.BadRequest(
                "The query is not valid; 'errors' names each parameter.",
                [.. errors.Take(Problem.MostErrors)]
            );
    }

    private string? CheckOne(string name, StringValues values)
    {
        if (!_query.TryGetValue(name, out var parameter))
        {
            return _prefixes.Exists(p => name.StartsWith(p, StringComparison.Ordinal) && name.Length > p.Length)
                ? PlainParameter.Text(name).Fault(values)
                : NearestName.Unknown(name, [.. _query.Keys, .. _prefixes.Select(p => p + "*")]);
        }

        return parameter.Fault(values);
    }

    private void AddPlain(IParameterBindingMetadata binding, HashSet<string> routeNames)
    {
        var attributes = binding.ParameterInfo.GetCustomAttributes(inherit: true);
        var fromQuery = attributes.OfType<IFromQueryMetadata>().FirstOrDefault();
        var fromRoute = attributes.OfType<IFromRouteMetadata>().FirstOrDefault();
        var isElsewhere = attributes.Any(a =>
            a is IFromHeaderMetadata or IFromBodyMetadata or IFromFormMetadata or IFromServiceMetadata
        );
        if (binding.HasBindAsync || isElsewhere || !PlainParameter.IsPlain(binding.ParameterInfo.ParameterType))
        {
            return;
        }

        var name = fromQuery?.Name ?? fromRoute?.Name ?? binding.Name;
        var parameter = new PlainParameter(name, binding.ParameterInfo.ParameterType, !binding.IsOptional);
        if (fromRoute is not null || (fromQuery is null && routeNames.Contains(name)))
        {
            _route.Add(parameter);
        }
        else
        {
            _query[name] = parameter;
        }
    }
}
