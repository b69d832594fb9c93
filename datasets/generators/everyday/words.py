"""The bilingual dictionary behind `everyday`: nouns, adjectives, verbs, places and moments, English beside French.

Tables are hand-written, one compact line a word, and read once at import into frozen records. Only what cannot be
derived is written down: regular plurals, feminines and conjugations follow the rules in `forms`.
Sentences are not built here; see `grammar` (agreement) and the pattern modules (what is said).
"""

from __future__ import annotations

from everyday.forms import Adjective, Country, Noun, Verb, adjectives, countries, nouns, verbs

NOUNS: dict[str, tuple[Noun, ...]] = {
    group: nouns(group, text)
    for group, text in {
        # The English of a family member has one gender in French; "friend" and "cousin" do not and are left out.
        "family": """father=père:m; mother=mère:f; brother=frère:m; sister=sœur:f; uncle=oncle:m; aunt=tante:f;
            grandfather=grand-père/grands-pères:m; grandmother=grand-mère/grands-mères:f; son=fils:m; daughter=fille:f;
            husband=mari:m; wife/wives=femme:f; nephew=neveu:m; niece=nièce:f""",
        "people": """man/men=homme:m; woman/women=femme:f; boy=garçon:m; girl=fille:f; child/children=enfant:m;
            neighbour=voisin:m; teacher=professeur:m; doctor=médecin:m; student=étudiant:m; tourist=touriste:m;
            baker=boulanger:m; nurse=infirmière:f; policeman/policemen=policier:m; singer=chanteur:m; baby=bébé:m;
            waiter=serveur:m; waitress=serveuse:f; lady=dame:f; actress=actrice:f; guest=invité:m""",
        "animal": """dog=chien:m; cat=chat:m; horse=cheval:m; cow=vache:f; bird=oiseau:m; rabbit=lapin:m;
            mouse/mice=souris:f; hen=poule:f; duck=canard:m; pig=cochon:m; goat=chèvre:f;
            bear=ours:m; wolf/wolves=loup:m; lion=lion:m; elephant=éléphant:m; monkey=singe:m; snake=serpent:m;
            spider=araignée:f; turtle=tortue:f; giraffe=girafe:f; owl=chouette:f; swan=cygne:m; donkey=âne:m""",
        "furniture": """table=table:f; chair=chaise:f; bed=lit:m; wardrobe=armoire:f; mirror=miroir:m; lamp=lampe:f;
            carpet=tapis:m; armchair=fauteuil:m; sofa=canapé:m; shelf/shelves=étagère:f; clock=horloge:f""",
        "device": """computer=ordinateur:m; phone=téléphone:m; watch=montre:f; radio=radio:f; keyboard=clavier:m;
            television=télévision:f; camera=appareil photo/appareils photo:m; oven=four:m""",
        "small": """key=clé:f; bag=sac:m; umbrella=parapluie:m; pen=stylo:m; pencil=crayon:m; notebook=cahier:m;
            gift=cadeau:m; toy=jouet:m; ball=ballon:m; box=boîte:f; suitcase=valise:f; ticket=billet:m; basket=panier:m;
            wallet=portefeuille:m; ring=bague:f; candle=bougie:f; towel=serviette:f; tool=outil:m; hammer=marteau:m;
            necklace=collier:m; pillow=oreiller:m; blanket=couverture:f; envelope=enveloppe:f; stamp=timbre:m""",
        "dish": """cup=tasse:f; glass=verre:m; plate=assiette:f; fork=fourchette:f; knife/knives=couteau:m;
            spoon=cuillère:f; bottle=bouteille:f; bowl=bol:m""",
        "opening": "door=porte:f; window=fenêtre:f; gate=portail:m; drawer=tiroir:m; cupboard=placard:m",
        "clothing": """shirt=chemise:f; dress=robe:f; skirt=jupe:f; coat=manteau:m; hat=chapeau:m; shoe=chaussure:f;
            sock=chaussette:f; scarf/scarves=écharpe:f; jacket=veste:f; sweater=pull:m; tie=cravate:f; belt=ceinture:f;
            glove=gant:m; boot=botte:f; raincoat=imperméable:m; suit=costume:m; blouse=chemisier:m; cap=casquette:f""",
        "vehicle": """car=voiture:f; bike=vélo:m; boat=bateau:m; truck=camion:m; motorbike=moto:f;
            tractor=tracteur:m""",
        "transport": "bus=bus:m; train=train:m; plane=avion:m; taxi=taxi:m; tram=tramway:m",
        "fruit": """apple=pomme:f; orange=orange:f; pear=poire:f; banana=banane:f; strawberry=fraise:f;
            cherry=cerise:f; peach=pêche:f; lemon=citron:m; tomato/tomatoes=tomate:f; carrot=carotte:f; onion=oignon:m;
            potato/potatoes=pomme de terre/pommes de terre:f; egg=œuf:m; mushroom=champignon:m; apricot=abricot:m;
            plum=prune:f; pineapple=ananas:m; cucumber=concombre:m; bean=haricot:m""",
        "meal": "cake=gâteau:m; sandwich=sandwich:m; pizza=pizza:f; pancake=crêpe:f; tart=tarte:f; omelette=omelette:f",
        "mass": """bread=pain:m; cheese=fromage:m; meat=viande:f; rice=riz:m; salad=salade:f; soup=soupe:f;
            chocolate=chocolat:m; jam=confiture:f; honey=miel:m; ham=jambon:m; chicken=poulet:m; ice cream=glace:f""",
        "staple": """butter=beurre:m; sugar=sucre:m; salt=sel:m; cream=crème:f; oil=huile:f;
            flour=farine:f; garlic=ail:m""",
        "drink": """water=eau:f; milk=lait:m; coffee=café:m; tea=thé:m; wine=vin:m; beer=bière:f;
            lemonade=limonade:f; orange juice=jus d'orange:m; apple juice=jus de pomme:m""",
        "reading": """book=livre:m; newspaper=journal:m; letter=lettre:f; magazine=magazine:m; novel=roman:m;
            poem=poème:m; message=message:m; article=article:m; postcard=carte postale/cartes postales:f""",
        "idea": """story=histoire:f; question=question:f; answer=réponse:f; idea=idée:f; problem=problème:m;
            lesson=leçon:f; exercise=exercice:m; word=mot:m; rule=règle:f""",
        "show": "film=film:m; song=chanson:f; concert=concert:m; play=pièce de théâtre/pièces de théâtre:f",
        "room": """bedroom=chambre:f; kitchen=cuisine:f; bathroom=salle de bains/salles de bains:f; garage=garage:m;
            living room=salon:m; cellar=cave:f; garden=jardin:m; flat=appartement:m; house=maison:f; attic=grenier:m""",
        "building": """school=école:f; hospital=hôpital:m; station=gare:f; airport=aéroport:m; market=marché:m;
            bank=banque:f; post office=poste:f; bakery=boulangerie:f; library=bibliothèque:f; restaurant=restaurant:m;
            hotel=hôtel:m; cinema=cinéma:m; theatre=théâtre:m; museum=musée:m; church=église:f; park=parc:m;
            supermarket=supermarché:m; pharmacy=pharmacie:f; castle=château:m; farm=ferme:f; stadium=stade:m;
            swimming pool=piscine:f; beach=plage:f; factory=usine:f; university=université:f""",
        "nature": """river=rivière:f; lake=lac:m; mountain=montagne:f; forest=forêt:f; island=île:f; village=village:m;
            city=ville:f; street=rue:f; bridge=pont:m; tree=arbre:m; flower=fleur:f; field=champ:m""",
    }.items()
}

_THINGS = "furniture device small dish clothing vehicle"
_PLACES = "room building nature"
ADJECTIVES: tuple[Adjective, ...] = (
    *adjectives("red=rouge; green=vert; blue=bleu; white=blanc/blanche; black=noir; yellow=jaune; grey=gris", _THINGS),
    *adjectives("pink=rose; purple=violet/violette", "small dish clothing"),
    *adjectives("<big=grand; <small=petit; <beautiful=beau/belle; <old=vieux/vieille", f"{_THINGS} animal {_PLACES}"),
    *adjectives("<new=nouveau/nouvelle", f"{_THINGS} reading idea show building"),
    *adjectives("<pretty=joli", f"{_THINGS} animal nature"),
    *adjectives("expensive=cher/chère", f"{_THINGS} meal fruit"),
    *adjectives("heavy=lourd; light=léger/légère", "furniture small clothing"),
    *adjectives("clean=propre; dirty=sale", f"{_THINGS} room"),
    *adjectives("useful=utile", "device small reading idea"),
    *adjectives("modern=moderne", "furniture device room building"),
    *adjectives("strange=étrange", "animal reading idea show building"),
    *adjectives("comfortable=confortable", "furniture clothing room"),
    *adjectives("round=rond", "furniture dish"),
    *adjectives("empty=vide", "dish room"),
    *adjectives("<young=jeune; <old=vieux/vieille", "people"),
    *adjectives("famous=célèbre", "people building reading show"),
    *adjectives("kind=gentil/gentille; polite=poli; funny=drôle; lazy=paresseux/paresseuse; shy=timide", "people"),
    *adjectives("brave=courageux/courageuse; strong=fort; rich=riche; elegant=élégant; honest=honnête", "people"),
    *adjectives("intelligent=intelligent", "people animal"),
    *adjectives("dangerous=dangereux/dangereuse; wild=sauvage; hungry=affamé", "animal"),
    *adjectives("French=français; English=anglais; German=allemand; Italian=italien/italienne", "people show reading"),
    *adjectives("Spanish=espagnol; Japanese=japonais; American=américain; Canadian=canadien/canadienne", "people show"),
    *adjectives("hot=chaud; cold=froid", "mass drink meal"),
    *adjectives("<good=bon/bonne; <bad=mauvais", "mass drink meal fruit reading idea show building"),
    *adjectives("delicious=délicieux/délicieuse", "mass drink meal fruit"),
    *adjectives("fresh=frais/fraîche", "fruit drink"),
    *adjectives("ripe=mûr; sweet=sucré", "fruit"),
    *adjectives("interesting=intéressant; boring=ennuyeux/ennuyeuse; <long=long/longue; sad=triste", "reading show"),
    *adjectives("short=court", "reading show"),
    *adjectives("difficult=difficile; easy=facile; important=important; simple=simple", "idea"),
    *adjectives("quiet=calme; noisy=bruyant; dark=sombre", "room"),
    *adjectives("quiet=calme; noisy=bruyant; magnificent=magnifique", "building"),
    *adjectives("magnificent=magnifique", "nature clothing animal"),
)
# What a person can be said to be, with comparative and superlative where these are not "more" and "most".
MOODS: tuple[Adjective, ...] = adjectives(
    """happy=heureux/heureuse; sad=triste; tired=fatigué; sick=malade; busy=occupé; ready=prêt; alone=seul; tall=grand;
    short=petit; strong=fort; young=jeune; old=vieux/vieille; rich=riche; kind=gentil/gentille; polite=poli;
    funny=drôle; lazy=paresseux/paresseuse; shy=timide; brave=courageux/courageuse; intelligent=intelligent;
    nervous=nerveux/nerveuse; serious=sérieux/sérieuse; jealous=jaloux/jalouse; worried=inquiet/inquiète;
    curious=curieux/curieuse; surprised=surpris; proud=fier/fière; patient=patient; generous=généreux/généreuse;
    French=français; English=anglais; Italian=italien/italienne; German=allemand; Spanish=espagnol""",
    "people",
)
COMPARED = {
    "tall": ("taller", "tallest"), "short": ("shorter", "shortest"), "strong": ("stronger", "strongest"),
    "young": ("younger", "youngest"), "old": ("older", "oldest"), "rich": ("richer", "richest"),
    "kind": ("kinder", "kindest"), "lazy": ("lazier", "laziest"), "brave": ("braver", "bravest"),
    "big": ("bigger", "biggest"), "small": ("smaller", "smallest"), "heavy": ("heavier", "heaviest"),
    "light": ("lighter", "lightest"), "clean": ("cleaner", "cleanest"), "dirty": ("dirtier", "dirtiest"),
    "funny": ("funnier", "funniest"), "sad": ("sadder", "saddest"), "shy": ("shyer", "shyest"),
    "happy": ("happier", "happiest"), "busy": ("busier", "busiest"), "proud": ("prouder", "proudest"),
    "hot": ("hotter", "hottest"), "cold": ("colder", "coldest"), "strange": ("stranger", "strangest"),
    "new": ("newer", "newest"), "long": ("longer", "longest"), "fresh": ("fresher", "freshest"),
    "pretty": ("prettier", "prettiest"), "quiet": ("quieter", "quietest"), "noisy": ("noisier", "noisiest"),
}  # fmt: skip

_BUYABLE = "furniture device small dish clothing vehicle fruit meal mass staple drink reading"
VERBS: tuple[Verb, ...] = verbs(
    f"""eat/ate/eaten=manger: fruit meal mass
    drink/drank/drunk=boire: drink
    buy/bought/bought=acheter: {_BUYABLE}
    sell/sold/sold=vendre: furniture device clothing vehicle fruit reading
    look/looked/looked at=regarder: animal show clothing device building
    look/looked/looked for=chercher: small clothing device people building
    find/found/found=trouver*: small clothing
    lose/lost/lost=perdre*: small clothing
    read/read/read=lire: reading
    write/wrote/written=écrire: reading
    wash/washed/washed=laver: clothing vehicle dish fruit
    wear/wore/worn=porter: clothing
    take/took/taken=prendre: transport small
    open/opened/opened=ouvrir: opening
    close/closed/closed=fermer: opening
    call/called/called=appeler: family people
    help/helped/helped=aider: family people
    invite/invited/invited=inviter: family people
    wait/waited/waited for=attendre: family people transport
    visit/visited/visited=visiter: building
    prepare/prepared/prepared=préparer: meal mass
    cut/cut/cut=couper: fruit
    clean/cleaned/cleaned=nettoyer: room furniture
    repair/repaired/repaired=réparer: vehicle device furniture
    break/broke/broken=casser*: dish device
    draw/drew/drawn=dessiner: animal building nature
    choose/chose/chosen=choisir: clothing small meal reading
    borrow/borrowed/borrowed=emprunter: reading vehicle
    forget/forgot/forgotten=oublier*: small
    hide/hid/hidden=cacher: small
    hear/heard/heard=entendre*: animal show
    see/saw/seen=voir*: family people animal building nature vehicle
    understand/understood/understood=comprendre*: idea reading
    explain/explained/explained=expliquer: idea
    feed/fed/fed=nourrir: animal
    rent/rented/rented=louer: vehicle
    watch/watched/watched=surveiller: animal
    photograph/photographed/photographed=photographier: animal nature building family
    finish/finished/finished=finir: reading
    translate/translated/translated=traduire: reading
    push/pushed/pushed=pousser: furniture vehicle
    meet/met/met=rencontrer*: people
    follow/followed/followed=suivre: people animal vehicle
    thank/thanked/thanked=remercier: family people"""
)
GIVING = verbs(
    """give/gave/given=donner: small clothing fruit
    show/showed/shown=montrer: small clothing reading building
    lend/lent/lent=prêter: small vehicle reading
    send/sent/sent=envoyer: reading
    sell/sold/sold=vendre: vehicle furniture
    offer/offered/offered=offrir: small clothing"""
)
ALONE = verbs(
    """work/worked/worked=travailler; sleep/slept/slept=dormir; run/ran/run=courir; walk/walked/walked=marcher;
    swim/swam/swum=nager; dance/danced/danced=danser; sing/sang/sung=chanter; cry/cried/cried=pleurer;
    laugh/laughed/laughed=rire; study/studied/studied=étudier; travel/travelled/travelled=voyager;
    talk/talked/talked=parler; cook/cooked/cooked=cuisiner; play/played/played=jouer; wait/waited/waited=attendre;
    draw/drew/drawn=dessiner; eat/ate/eaten=manger; smile/smiled/smiled=sourire"""
)
MOVING = verbs(
    """go/went/gone=aller; come/came/come=venir; arrive/arrived/arrived=arriver; leave/left/left=partir;
    go/went/gone out=sortir; stay/stayed/stayed=rester; come/came/come back=revenir; fall/fell/fallen=tomber;
    go/went/gone home=rentrer""",
    etre=True,
)
REFLEXIVE = verbs(
    """get/got/got up=lever; wake/woke/woken up=réveiller; wash/washed/washed=laver; rest/rested/rested=reposer;
    get/got/got dressed=habiller; go/went/gone to bed=coucher; hurry/hurried/hurried=dépêcher;
    have/had/had fun=amuser; go/went/gone for a walk=promener; fall/fell/fallen asleep=endormir""",
    etre=True,
    reflexive=True,
)
BE = verbs("be/was/been=être*")[0]
HAVE = verbs("have/had/had=avoir*")[0]
# Those that happen at one moment: no going to nowhere, no coming from nowhere, no staying.
LEAVING = tuple(verb for verb in MOVING[2:] if verb.en != "stay")
GO = MOVING[0]
COME = MOVING[1]
STAY = MOVING[5]
LIVE = verbs("live/lived/lived=habiter")[0]
LIKING = verbs(
    "like/liked/liked=aimer*; love/loved/loved=adorer*; hate/hated/hated=détester*;prefer/preferred/preferred=préférer*"
)
WANT, CAN, MUST = verbs("want/wanted/wanted=vouloir*; can/could/could=pouvoir*; must/must/must=devoir*")
KNOW, THINK, HOPE = verbs("know/knew/known=savoir*; think/thought/thought=penser*; hope/hoped/hoped=espérer*")

MEN = ("Paul", "Pierre", "Louis", "Hugo", "Marc", "Julien", "Antoine", "Thomas", "Nicolas", "Olivier")
WOMEN = ("Marie", "Julie", "Anne", "Sophie", "Claire", "Emma", "Alice", "Lucie", "Isabelle", "Jeanne")
# English, masculine, feminine.
JOBS = (
    ("doctor", "médecin", "médecin"), ("nurse", "infirmier", "infirmière"), ("baker", "boulanger", "boulangère"),
    ("teacher", "professeur", "professeure"), ("lawyer", "avocat", "avocate"), ("engineer", "ingénieur", "ingénieure"),
    ("actor", "acteur", "actrice"), ("singer", "chanteur", "chanteuse"), ("waiter", "serveur", "serveuse"),
    ("dentist", "dentiste", "dentiste"), ("farmer", "agriculteur", "agricultrice"), ("cook", "cuisinier", "cuisinière"),
    ("journalist", "journaliste", "journaliste"), ("architect", "architecte", "architecte"),
    ("student", "étudiant", "étudiante"), ("writer", "écrivain", "écrivaine"), ("musician", "musicien", "musicienne"),
    ("hairdresser", "coiffeur", "coiffeuse"), ("pharmacist", "pharmacien", "pharmacienne"),
    ("dancer", "danseur", "danseuse"), ("driver", "chauffeur", "chauffeuse"), ("painter", "peintre", "peintre"),
)  # fmt: skip
COUNTRIES: tuple[Country, ...] = countries(
    """France=France:f; Italy=Italie:f; Spain=Espagne:f; Germany=Allemagne:f; England=Angleterre:f; China=Chine:f;
    Switzerland=Suisse:f; Belgium=Belgique:f; Greece=Grèce:f; Russia=Russie:f; Poland=Pologne:f; India=Inde:f;
    Japan=Japon:m; Canada=Canada:m; Portugal=Portugal:m; Brazil=Brésil:m; Morocco=Maroc:m; Mexico=Mexique:m;
    Denmark=Danemark:m; Senegal=Sénégal:m; the United States=États-Unis:p; the Netherlands=Pays-Bas:p;
    Paris=Paris:c; London=Londres:c; Rome=Rome:c; Berlin=Berlin:c; Madrid=Madrid:c; Lyon=Lyon:c; Geneva=Genève:c;
    Brussels=Bruxelles:c; Lisbon=Lisbonne:c; Athens=Athènes:c; Tokyo=Tokyo:c; Montreal=Montréal:c; Vienna=Vienne:c;
    Moscow=Moscou:c; Venice=Venise:c; Marseille=Marseille:c; Amsterdam=Amsterdam:c; Toulouse=Toulouse:c"""
)

# Adjectives that are not a matter of degree.
COLOURS = frozenset(["red", "green", "blue", "white", "black", "yellow", "grey", "pink", "purple"])
NATIONS = frozenset(["French", "English", "German", "Italian", "Spanish", "Japanese", "American", "Canadian"])
ABSOLUTE = COLOURS | NATIONS | {"magnificent", "delicious", "round", "empty", "wild", "hungry"}
