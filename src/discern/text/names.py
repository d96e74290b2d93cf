"""Common names of people and places in the UK, in lower case: a start for finding what may identify, never a full list.

General knowledge, put together by hand. What is not listed is found by how it is written: with a capital inside
sentences.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN = _words(
    """
    aaron abdul abigail adam adrian agnes ahmed aiden aisha alan albert alex alexander alexandra alfie ali alice
    alison amanda amber amelia amir amy andrea andrew angela anita ann anna anne annie anthony antonio archie arthur
    asha ashley asif audrey ava barbara barry beatrice ben benjamin bernard beth bethany betty beverley bill billy
    blessing bob brandon brenda brian bridget bruce callum cameron carl carol caroline catherine chantelle charles
    charlie charlotte chelsea cheryl chloe chris christian christina christine christopher claire clara clive colin
    connor craig daisy daniel danielle darren dave david dawn dean debbie deborah deepa denise dennis derek diana
    diane dominic donald donna doris dorothy douglas duncan dylan eddie edith edward eileen elaine eleanor elena
    elizabeth ella ellen ellie elsie emily emma eric erin ethan eva eve evelyn evie faith farah fatima fiona
    florence frances francis frank fred freddie freya gail gareth gary gavin gemma gene geoff geoffrey george
    georgia georgina gerald gillian gina glen glenn gloria gordon grace graham grant greg gregory gwen hannah harold
    harriet harry harvey hassan hayley hazel heather heidi helen helena henry hilary holly hope howard hugh hugo
    hussain ian ibrahim imogen imran ines irene iris isaac isabel isabella isla ivan ivy jack jackie jacob
    jacqueline jade jake james jamie jan jane janet janice jasmine jason jay jayne jean jeff jeffrey jemma jennifer
    jenny jeremy jessica jill jim jo joan joanna joanne joe joel john jonathan jordan jose joseph josh joshua joy
    joyce judith judy julia julian julie june karen karl kate katherine kathleen kathryn katie kay keith kelly ken
    kenneth kerry kevin khalid kieran kim kimberley kirsty kofi kyle lara laura lauren lawrence leah leanne lee
    leila leo leon leonard lesley leslie lewis liam lilly lily linda lindsay lisa liz logan lorna lorraine louis
    louise lucas lucy luke lydia lynn lynne mabel maddison madeleine malcolm mandy marcus margaret maria marian
    marie marilyn marion mark martha martin mary mateusz matilda matthew maureen maurice max maxine maya megan
    melanie melissa mia michael michelle mick miguel mike mildred millie miriam mo mohammad mohammed molly monica
    morgan muhammad nadia nancy naomi natalie natasha nathan neil niall niamh nicholas nick nicola nicole nigel nina
    noah noel nora norma norman olive oliver olivia olu omar opal oscar owen pamela pat patience patricia patrick
    paul paula pauline pearl peggy penny percy pete peter petra phil philip phillip phoebe phyllis piotr polly poppy
    pragya prince priya quentin rachel ralph ravi ray raymond rebecca reece reggie rhys richard rick rita rob robbie
    robert robin roger ron ronald ronnie rory rosalind rose rosemary ross roy ruby rupert russell ruth ryan sabrina
    sadie sally sam samantha samir samuel sandra sanjay sara sarah saul scott sean sebastian shane shannon sharon
    shaun sheila shirley sian sidney simon siobhan sofia sonia sophia sophie stacey stanley stella stephanie stephen
    steve steven stewart stuart sue summer susan suzanne sven sylvia tamara tanya tara tariq ted terence teresa
    terry thelma theo theresa thomas tim timothy tina toby tom tomasz tommy tony tracey tracy trevor trish tyler
    ursula valerie vanessa vera veronica vicky victor victoria vincent viola violet vivian wahid wayne wei wendy
    wilfred will william winston xavier yasmin yolanda yusuf yvonne zachary zahra zara zoe
    """
)

SURNAMES = _words(
    """
    abbott adams adeyemi ahmad ahmed akhtar alexander ali allen anderson andrews archer armstrong arnold ashton
    atkinson austin bailey baker baldwin ball banks barber barker barnes barnett barrett bates baxter begum bell
    bennett benson berry bird bishop black blake bolton bond booth bowen bradley brady bright brooks brown bryant
    buckley bull burgess burke burns burton bush butcher butler byrne cameron campbell carpenter carr carroll carter
    chambers chan chandler chapman chaudhry chen church clark clarke clayton coates cole coleman coles collins
    connolly conway cook cooke cooper cox crawford cross cunningham curtis dale daly daniels davey davidson davies
    davis dawson day dean dhillon dixon doherty douglas drake duffy duncan dunn dyer eaton edwards elliott ellis
    evans farmer farrell ferguson field finch fisher fitzgerald fleming fletcher flynn ford forster foster fowler
    fox francis franklin fraser freeman french frost fuller gallagher garcia gardner george gibbs gibson gilbert
    giles gill glover goddard goodwin gordon gough graham grant gray green greenwood gregory grey griffin griffiths
    hale hall hamilton hammond hancock hardy harper harris harrison hart hartley harvey hawkins hayes head heath
    henderson henry herbert hewitt hicks higgins hill hobbs hodgson holland holmes holt hooper hope hopkins horton
    houghton howard howarth howe howell hudson hughes humphreys hunt hunter hurst hussain hutchinson ingram iqbal
    jackson james jarvis jenkins jennings john johnson johnston jones jordan joseph joyce kaur kaye kelly kemp
    kennedy kent kerr khan king kirby kirk knight knowles kowalczyk kowalski kumar lake lamb lambert lane law
    lawrence lawson leach lee lewis little lloyd long love lowe lucas lynch macdonald mackenzie major malik mann
    manning marsh marshall marston martin mason matthews may mccarthy mcdonald mcgrath mckenzie miah middleton miles
    miller mills mistry mitchell moore moran morgan morris morrison morton moss murphy murray myers nash nelson
    newman newton nguyen nicholls nicholson noble nolan norman norris north norton nowak nunn o'brien o'connor
    o'donnell o'neill o'reilly obrien okafor okoye oliver osborne owen owens page palmer park parker parkes parkin
    parry parsons patel payne pearce pearson perkins perry peters phillips pickering pike pitt pollard pond poole
    pope porter potter powell power pratt preston price prince pritchard pugh quinn rahman ramsey randall read reed
    rees reeves reid reynolds rhodes rice richards richardson riley roberts robertson robinson rogers rose ross rowe
    rowley russell ryan salmon sanders sanderson sandhu saunders savage scott seaman sexton shah sharp sharpe shaw
    shepherd sheppard sheridan short silva simmons simpson sims sinclair singh skinner slater smart smith snow
    somerville spencer stanley steele stephens stephenson stevens stevenson stewart stokes stone storey street
    stuart sullivan summers sutton swift sykes tailor tanner tate taylor temple thompson thomson thornton todd
    tomlinson townsend tran tucker turnbull turner tyler underwood vaughan wade wagner walker wall wallace wallis
    walsh walters walton ward warner warren waters watkins watson watts weaver webb webster wells welsh west wheeler
    whitaker white whitehead whitehouse whittaker wild wilkins wilkinson willis wilson winter wolf wong wood woods
    woodward wright wyatt yates young zhang
    """
)

PLACES = _words(
    """
    aberdeen abergavenny aberystwyth aldershot altrincham andover anglesey ashford aylesbury ayr banbury bangor
    barking barnet barnsley barrow barry basildon basingstoke bath bedford belfast berkshire berwick beverley
    birkenhead birmingham blackburn blackpool bolton boston bournemouth bracknell bradford brent brentwood bridgend
    bridgwater brighton bristol brixton bromley burnley burton bury buxton caerphilly camberley cambridge camden
    canterbury cardiff carlisle carmarthen chatham chelmsford cheltenham cheshire chester chesterfield chichester
    chippenham chorley clacton cleethorpes colchester corby cornwall coventry crawley crewe croydon cumbria
    darlington dartford deal derby derbyshire derry devon doncaster dorchester dorset dover dublin dudley dumfries
    dundee durham ealing eastbourne edinburgh ely enfield england essex exeter falkirk falmouth fareham farnborough
    fife fleet folkestone gateshead gillingham glasgow gloucester grantham gravesend grimsby guernsey guildford
    hackney halifax hampshire haringey harlow harrogate harrow hartlepool hastings hatfield hereford hertford
    hertfordshire hounslow hove huddersfield hull huntingdon hyde ilford inverness ipswich ireland islington jersey
    keighley kendal kent kettering kidderminster kilmarnock lambeth lancashire lancaster leamington leeds leicester
    leicestershire leigh lewes lewisham lincoln lincolnshire lisburn liverpool livingston llandudno llanelli london
    londonderry loughborough lowestoft luton macclesfield maidenhead maidstone manchester mansfield margate merthyr
    middlesbrough middlesex morecambe motherwell neath newark newcastle newham newport newquay newry norfolk
    northampton norwich nottingham nuneaton oldham omagh oxford oxfordshire paisley penzance perth peterborough
    plymouth poole portsmouth preston ramsgate reading redcar redditch rhondda rhyl richmond rochdale romford
    rotherham rugby runcorn rutland salford salisbury sandwell scarborough scotland scunthorpe sheffield shrewsbury
    shropshire skegness slough solihull somerset southampton southend southport southwark stafford staffordshire
    stevenage stirling stockport stockton stoke stornoway stratford suffolk sunderland surrey sussex sutton swansea
    swindon tamworth taunton telford thanet torquay tottenham truro tunbridge twickenham tyne tyneside uxbridge
    wakefield wales wallasey walsall walthamstow warrington warwick warwickshire watford wellingborough westminster
    weymouth wigan wight wiltshire wimbledon winchester windsor woking wolverhampton woolwich worcester
    worcestershire worthing wrexham yeovil york yorkshire
    """
)

ALSO_WORDS = _words(
    """
    amber archer ball banks barber barker bates bath bell berry bill bird bishop black blessing bond booth bright
    brooks brown bull burns bury bush butcher butler carol carpenter carter chambers chandler chapman charlie
    christian church clay cook cooper cox cross daisy dale dawn day deal dean drake dyer earnest eve faith farmer
    fell field finch fisher fleet flint ford foster fowler fox frank freeman french frost fuller gene gill glen
    glover grace grant gray green grey hale hall hamlet hardy harper harrow harry hart hawk hazel head heath heather
    hill holly holt hooper hope hove hull hunt hunter iris ivy jack jade jasmine jay jersey josh joy june kay ken
    king kirk knight lake lamb lane law lily little long love lowe lucky mace major mark marsh marshall mason max
    may mike miles mill miller mills miner mo moss nick nickel noble north olive opal page palmer park parker pat
    patience pearl penny pepper pete pike pitt pollard polly pond pope poppy porter potter pound power price prince
    rains ray read reading reed reeves rice rich rick ridge rob robin roger rose rosemary ross ruby rugby rush ruth
    salmon sandy savage seaman sexton sharp shepherd short singer skinner slater smart snow spencer stanley steele
    stone storey street sue summer summers swift tailor tanner taylor ted teller temple tucker turner tyler van
    viola violet wade walker wall ward warden warner warren waters weaver wells welsh west wheeler white wild will
    winter wolf wood woods worth wright yard young
    """
)
"""Names, listed above or not, that are words as well."""

MONTH_NAMES = frozenset({"april", "august", "may", "june", "jan"})
"""Months that are names as well."""

CAPITAL_ANYWAY = _words(
    """
    avenue british christmas close crescent december drive easter english february friday i i'd i'll i'm i've
    january lane march monday november october road saturday september square street sunday terrace thursday tuesday
    way wednesday
    """
)
"""Written with a capital, and by themselves of nobody."""


def is_name(word: str) -> bool:
    """Whether a word (lower case, one apostrophe) or a part of it is a listed name: `sarah's`, `smith-jones`."""
    return bool(parts(word) & (GIVEN | SURNAMES | MONTH_NAMES))


def is_place(word: str) -> bool:
    return bool(parts(word) & PLACES)


def is_also_word(word: str) -> bool:
    """Whether what looks like a name is an everyday word too: `mark`, `will`, `rose's`."""
    found = parts(word)
    return bool(found & (ALSO_WORDS | MONTH_NAMES))


def parts(word: str) -> frozenset[str]:
    """The word itself, without `@`, `#` and `'s`, and what its hyphens join."""
    bare = word.strip("@#_'")
    pieces = {bare, *bare.replace("‐", "-").replace("‑", "-").split("-")}
    return frozenset(
        pieces | {piece.removesuffix("'s") for piece in pieces} | {piece.removesuffix("s'") for piece in pieces}
    )
